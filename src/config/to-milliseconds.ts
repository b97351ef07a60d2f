/** Rounded to microseconds, so that 0.0005 s is 0.5 ms and nothing like 0.5000000000000001. */
export function milliseconds(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e3;
}
