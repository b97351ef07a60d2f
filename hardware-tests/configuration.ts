/** A tone that Pipit makes itself, as source `mic`. */
export const TONE = 'source "mic" {\n  type = "test"\n}\n';

/** @param device as the key `device` takes it */
export function soundCard(name: string, device: string): string {
  return `source "${name}" {\n  type = "alsa"\n  device = "${device}"\n}\n`;
}

/** For each source a mount by its name. */
export function mountsOf(...sources: readonly string[]): string {
  return sources.map((name) => `mount "/${name}" {\n  source = "${name}"\n}\n`).join('');
}
