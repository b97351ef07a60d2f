/** A way in which a sound card can record. */
export interface CaptureMode {
  /** ALSA's name of the sample format: `S16_LE`, `S24_3LE` … */
  readonly format: string;
  readonly channels: number;
  /** Hz; of a card that takes any rate of a range, the usual ones in it. */
  readonly rates: readonly number[];
}

const USUAL_RATES = [8000, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000];
/** More would be no card that anybody has. */
const MAX_MODES = 64;

/**
 * The capture modes in the text of `/proc/asound/cardN/streamM`, which the kernel's USB audio driver writes
 * (sound/usb/proc.c): blocks of `Altset` under `Capture:`, each with its format, channels and rates.
 */
export function parseCaptureModes(text: string): CaptureMode[] {
  const modes: CaptureMode[] = [];
  const start = text.search(/^Capture:/m);
  if (start === -1) return modes;
  const section = text.slice(start + 'Capture:'.length).split(/^\S/m, 1)[0] ?? '';
  for (const block of section.split(/^\s*Altset \d+\s*$/m).slice(1, MAX_MODES + 1)) {
    const format = /^\s*Format:\s*(.*)$/m.exec(block)?.[1] ?? '';
    const channels = Number(/^\s*Channels:\s*(\d+)/m.exec(block)?.[1] ?? 0);
    const rates = parseRates(/^\s*Rates:\s*(.*)$/m.exec(block)?.[1] ?? '');
    if (channels === 0 || rates.length === 0) continue;
    for (const name of format.split(/[\s,]+/).filter((word) => /^[A-Z]\w*$/.test(word))) {
      modes.push({ format: name, channels, rates });
    }
  }
  return modes;
}

function parseRates(text: string): number[] {
  const numbers = (text.match(/\d+/g) ?? []).map(Number);
  const [low, high] = numbers;
  if (!text.includes('continuous') || low === undefined || high === undefined) return numbers;
  return USUAL_RATES.filter((rate) => rate >= low && rate <= high);
}
