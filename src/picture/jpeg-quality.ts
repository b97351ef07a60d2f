/** The luminance table of ITU T.81, table K.1, in the zigzag order of a JPEG: libjpeg's quality 50. */
const LUMINANCE = [
  16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61,
  60, 57, 51, 56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121,
  112, 100, 120, 92, 101, 103, 99,
];

const LUMINANCE_SUM = 3688;

/**
 * The quality on libjpeg's scale, 1 to 100, whose luminance table is nearest to this one: exactly the one that libjpeg
 * was given for a table of its making.
 * @param table 64 steps in zigzag order
 * @param max the largest step that the table could hold: 255, or 32767 in tables of 16 bits
 */
export function qualityOf(table: readonly number[], max: number): number {
  // A good guess to begin with makes short work of all that are worse.
  let nearest = guess(table);
  let least = distanceTo(table, nearest, max, Number.POSITIVE_INFINITY);
  for (let quality = 1; quality <= 100; quality += 1) {
    const distance = distanceTo(table, quality, max, least);
    // Of equal distances the better quality, which must not be taken for less than it is.
    if (distance > least || (distance === least && quality < nearest)) continue;
    least = distance;
    nearest = quality;
  }
  return nearest;
}

function guess(table: readonly number[]): number {
  const percent = (100 * table.reduce((sum, step) => sum + step, 0)) / LUMINANCE_SUM;
  const quality = percent > 100 ? 5000 / percent : (200 - percent) / 2;
  return Math.min(100, Math.max(1, Math.round(quality)));
}

/**
 * Relative, so that the small steps, of the coarse structures that the eye sees best, count as much as the large. Beyond
 * `limit` it is not counted any further.
 */
function distanceTo(table: readonly number[], quality: number, max: number, limit: number): number {
  const percent = quality < 50 ? Math.floor(5000 / quality) : 200 - 2 * quality;
  let distance = 0;
  for (let i = 0; i < 64 && distance <= limit; i += 1) {
    const wanted = Math.min(max, Math.max(1, Math.floor(((LUMINANCE[i] as number) * percent + 50) / 100)));
    const found = table[i] as number;
    distance += Math.abs(found - wanted) / Math.max(found, wanted);
  }
  return distance;
}
