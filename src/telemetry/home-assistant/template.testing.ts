/** What a value becomes in Home Assistant when there is none. */
export const UNKNOWN = 'None';

/**
 * What Home Assistant's template engine makes of a message, for the few kinds of template that Pipit uses.
 * @throws Error for any other
 */
export function rendered(template: string, message: string): string {
  const json = JSON.parse(message) as Record<string, unknown>;
  const text = (value: unknown): string => (value === undefined || value === null ? UNKNOWN : String(value));
  const inner = /^\{\{ (.*) \}\}$/.exec(template)?.[1] ?? '';
  const plain = /^value_json\.(\w+) \| default\((?:none|'(\w*)')\)$/.exec(inner);
  if (plain !== null) return text(json[plain[1] as string] ?? plain[2]);
  const scaled =
    /^\(?value_json\.(\w+)(?: \* ([\d.]+)\))? \| round\((\d)\) if value_json\.\1 is number else none$/.exec(inner);
  if (scaled !== null) {
    const value = json[scaled[1] as string];
    if (typeof value !== 'number') return UNKNOWN;
    return (value * Number(scaled[2] ?? 1)).toFixed(Number(scaled[3]));
  }
  const some = /^1 if value_json\.(\w+) \| default\(0\) > 0 else 0$/.exec(inner);
  if (some !== null) return Number(json[some[1] as string] ?? 0) > 0 ? '1' : '0';
  const muted = /^'offline' if value_json\.(\w+) == 1 else 'online'$/.exec(inner);
  if (muted !== null) return json[muted[1] as string] === 1 ? 'offline' : 'online';
  throw new Error(`no such template is known: ${template}`);
}
