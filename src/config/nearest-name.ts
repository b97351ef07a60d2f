/**
 * The known name that was most likely meant: the one with the fewest edits, when they are few for its length.
 * Names that only differ in case, `-` and `_` are nearest of all.
 */
export function nearestName(written: string, known: Iterable<string>): string | undefined {
  // Longer than any name; the distance costs the product of both lengths.
  if (written.length > 64) return undefined;
  const plain = plainOf(written);
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const distance = editDistance(plain, plainOf(name));
    if (distance < bestDistance) [best, bestDistance] = [name, distance];
  }
  return bestDistance <= Math.max(1, Math.floor(plain.length / 3)) ? best : containing(plain, known);
}

/** `port` means `listen_port`, when there is only one such name. */
function containing(plain: string, known: Iterable<string>): string | undefined {
  if (plain.length < 4) return undefined;
  const names = [...known].filter((name) => plainOf(name).includes(plain) || plain.includes(plainOf(name)));
  return names.length === 1 ? names[0] : undefined;
}

function plainOf(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/** Insertions, deletions, substitutions and swaps of neighbours from `a` to `b`; three rows of memory. */
function editDistance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = at(row, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(before, j - 2) + 1 : substituted;
      next.push(Math.min(substituted, swapped, at(row, j) + 1, at(next, j - 1) + 1));
    }
    [before, row] = [row, next];
  }
  return at(row, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
