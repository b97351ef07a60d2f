/** The same numbers, evenly between 0 and 1, for the same seed (a linear congruential generator modulo 2^32). */
export function seededRandom(seed: number): () => number {
  let state = (Math.imul(seed, 2_654_435_761) + 12_345) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    // The low bits of such a generator have short periods.
    return (state >>> 8) / 2 ** 24;
  };
}

/** Of the normal distribution, by the sum of twelve. */
export function normal(random: () => number): number {
  let sum = -6;
  for (let i = 0; i < 12; i += 1) sum += random();
  return sum;
}
