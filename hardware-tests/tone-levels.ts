/** Bins to each side that belong to the tone: the main lobe of a Hann window, and the jitter of a sound card. */
const LOBE_HZ = 12;

/**
 * How loud a tone is, and how far it stands above all else, by Goertzel's algorithm under a Hann window: the tone's power
 * against that of the whole sound without it.
 *
 * @returns toneDb in dBFS, 0 being a sine of full scale
 */
export function toneLevels(
  samples: Int16Array,
  sampleRate: number,
  hz: number,
): { readonly toneDb: number; readonly aboveRestDb: number } {
  if (samples.length < sampleRate / 10) return { toneDb: -200, aboveRestDb: -200 };
  const windowed = Float64Array.from(
    samples,
    (sample, i) => (sample / 32_768) * (1 - Math.cos((2 * Math.PI * i) / samples.length)),
  );
  const step = sampleRate / samples.length;
  let [tone, best] = [0, 0];
  for (let offset = -LOBE_HZ; offset <= LOBE_HZ; offset += step) {
    const power = powerAt(windowed, (hz + offset) / sampleRate);
    tone += power;
    best = Math.max(best, power);
  }
  // Parseval: a real tone has its power twice, at hz and at -hz.
  const all = windowed.reduce((sum, value) => sum + value * value, 0) * samples.length;
  const rest = Math.max(all - 2 * tone, all * 1e-6, 1e-12);
  return {
    toneDb: 20 * Math.log10(Math.max((2 * Math.sqrt(best)) / samples.length, 1e-10)),
    aboveRestDb: 10 * Math.log10(Math.max((2 * tone) / rest, 1e-10)),
  };
}

/** Power of one bin; `turns` a sample. */
function powerAt(samples: Float64Array, turns: number): number {
  const factor = 2 * Math.cos(2 * Math.PI * turns);
  let [before, last] = [0, 0];
  for (const sample of samples) [before, last] = [last, sample + factor * last - before];
  return before * before + last * last - factor * before * last;
}
