/** A picture's brightness: rows from the top, `stride` bytes from one to the next. */
export interface Luma {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly data: Uint8Array;
}

/** Windows are 8 x 8, and begin at every fourth column and row: 2 x 2 blocks of this size. */
const BLOCK = 4;
const WINDOW_PIXELS = 64;
/** (0.01 x 255)² and (0.03 x 255)², as Wang et al. set them. */
const C1 = 6.5025;
const C2 = 58.5225;
/** Sums of a block: of one picture, of the other, of the squares of both, of the products. */
const SUMS = 4;

/**
 * Structural similarity of two pictures' brightness, 1 for equal ones: the mean over windows of 8 x 8 pixels that
 * overlap by half, unweighted, as FFmpeg's filter `ssim` takes it (Wang et al., "Image quality assessment: from error
 * visibility to structural similarity", 2004, has a Gaussian window of 11 x 11). Columns and rows beyond a multiple of
 * four are left out.
 */
export function lumaSsim(one: Luma, other: Luma): number {
  const columns = Math.floor(Math.min(one.width, other.width) / BLOCK);
  const rows = Math.floor(Math.min(one.height, other.height) / BLOCK);
  let upper = new Int32Array(columns * SUMS);
  let lower = new Int32Array(columns * SUMS);
  let sum = 0;
  sumBlocks(one, other, 0, upper);
  for (let row = 1; row < rows; row += 1) {
    sumBlocks(one, other, row, lower);
    for (let column = 1; column < columns; column += 1) sum += windowSsim(upper, lower, column * SUMS);
    [upper, lower] = [lower, upper];
  }
  return sum / ((columns - 1) * (rows - 1));
}

function sumBlocks(one: Luma, other: Luma, row: number, sums: Int32Array): void {
  for (let column = 0; column < sums.length / SUMS; column += 1) {
    let a = 0;
    let b = 0;
    let squares = 0;
    let products = 0;
    for (let y = row * BLOCK; y < (row + 1) * BLOCK; y += 1) {
      const from = y * one.stride + column * BLOCK;
      const shift = y * other.stride + column * BLOCK - from;
      for (let at = from; at < from + BLOCK; at += 1) {
        const p = one.data[at] as number;
        const q = other.data[at + shift] as number;
        a += p;
        b += q;
        squares += p * p + q * q;
        products += p * q;
      }
    }
    const at = column * SUMS;
    sums[at] = a;
    sums[at + 1] = b;
    sums[at + 2] = squares;
    sums[at + 3] = products;
  }
}

/** The window whose lower right block begins at `at`. */
function windowSsim(upper: Int32Array, lower: Int32Array, at: number): number {
  const meanA = sumOf(upper, lower, at) / WINDOW_PIXELS;
  const meanB = sumOf(upper, lower, at + 1) / WINDOW_PIXELS;
  // Variances with n - 1 below, as the paper has them.
  const scale = 1 / (WINDOW_PIXELS - 1);
  const variances = (sumOf(upper, lower, at + 2) - WINDOW_PIXELS * (meanA * meanA + meanB * meanB)) * scale;
  const covariance = (sumOf(upper, lower, at + 3) - WINDOW_PIXELS * meanA * meanB) * scale;
  const means = meanA * meanA + meanB * meanB;
  return ((2 * meanA * meanB + C1) * (2 * covariance + C2)) / ((means + C1) * (variances + C2));
}

function sumOf(upper: Int32Array, lower: Int32Array, at: number): number {
  const left = (upper[at - SUMS] as number) + (lower[at - SUMS] as number);
  return left + (upper[at] as number) + (lower[at] as number);
}
