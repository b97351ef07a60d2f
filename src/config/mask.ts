import type { Mask } from '../core/camera-settings.ts';

/** Rounding of a sum such as 33.3 + 66.7, percent. */
const TOLERANCE = 1e-9;

/** Reads `LEFT,TOP,WIDTH,HEIGHT` in percent; undefined for what is no rectangle inside the picture. */
export function maskOf(written: string): Mask | undefined {
  const parts = written.split(',').map((part) => part.trim());
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}(?:\.\d{1,6})?$/.test(part))) return undefined;
  const [left = 0, top = 0, width = 0, height = 0] = parts.map(Number);
  if (width === 0 || height === 0 || left + width > 100 + TOLERANCE || top + height > 100 + TOLERANCE) return undefined;
  return {
    left: left / 100,
    top: top / 100,
    width: Math.min(width / 100, 1 - left / 100),
    height: Math.min(height / 100, 1 - top / 100),
  };
}

export function isMask(written: string): boolean {
  return maskOf(written) !== undefined;
}
