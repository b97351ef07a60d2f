import type { Mask, PictureTreatment } from '../core/camera-settings.ts';
import { drawText, fillRectangle, textSize } from '../picture/draw.ts';
import type { Pixels } from '../picture/pixels.ts';
import { turned } from '../picture/turn.ts';

/** What must be known of a frame to treat it. */
export interface TreatmentInput {
  /** Shown where the overlay asks for it. */
  readonly name: string;
  /** Wall clock of the moment when it was taken. */
  readonly takenAt: Date;
}

/** Pictures this wide have one dot of the font a pixel; wider ones have larger letters. */
const WIDTH_PER_SCALE = 480;
const BLACK = 0x000000;
const WHITE = 0xffffff;

/** Whether anything at all is done to a picture; if not, the camera's own JPEG is as good. */
export function isTreated({ rotate, flip, masks, overlay }: PictureTreatment): boolean {
  return rotate !== 0 || flip !== 'none' || masks.length > 0 || overlay !== 'none';
}

/** Whether width and height change places. */
export function isUpended({ rotate }: PictureTreatment): boolean {
  return rotate === 90 || rotate === 270;
}

/**
 * Turns, mirrors, masks and writes on a picture of any size. The pixels that are given may be changed; the result may
 * be the same ones.
 */
export function treat(pixels: Pixels, treatment: PictureTreatment, input: TreatmentInput): Pixels {
  const upright = turned(pixels, treatment.rotate, treatment.flip);
  for (const mask of treatment.masks) cover(upright, mask);
  write(upright, treatment.overlay, input);
  return upright;
}

/**
 * All pixels that it touches, so that nothing shows through a rounding, and one more to each side: pictures that were
 * made smaller have a part of what is beside a pixel in it.
 */
function cover(pixels: Pixels, { left, top, width, height }: Mask): void {
  const x = Math.floor(left * pixels.width) - 1;
  const y = Math.floor(top * pixels.height) - 1;
  const right = Math.ceil((left + width) * pixels.width) + 1;
  const bottom = Math.ceil((top + height) * pixels.height) + 1;
  fillRectangle(pixels, x, y, right - x, bottom - y, BLACK);
}

function write(pixels: Pixels, overlay: PictureTreatment['overlay'], { name, takenAt }: TreatmentInput): void {
  if (overlay === 'none') return;
  const scale = Math.max(1, Math.round(pixels.width / WIDTH_PER_SCALE));
  const margin = 4 * scale;
  const style = { scale, colour: WHITE, background: BLACK };
  const lineHeight = textSize('0', scale).height;
  let top = pixels.height - margin - lineHeight;
  let room = pixels.width - margin;
  if (overlay !== 'name') {
    const clock = localTime(takenAt);
    room -= textSize(clock, scale).width;
    drawText(pixels, clock, { left: room, top, ...style });
  }
  if (overlay === 'clock') return;
  // Above the clock where both do not fit into one line.
  if (overlay === 'both' && margin + textSize(name, scale).width > room) top -= lineHeight;
  drawText(pixels, name, { left: margin, top, ...style });
}

/** `2026-11-21 14:05:09`, in the time zone of the machine. */
function localTime(date: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}
