import { BugError } from '../../core/errors.ts';
import type { Pixels } from '../../picture/pixels.ts';
import type { CapturedFrame } from './camera.ts';

/** A picture that came from the camera as a JPEG. */
export class JpegFrame implements CapturedFrame {
  readonly ptsUs: number;
  readonly width: number;
  readonly height: number;
  readonly jpeg: Buffer;

  /** @param checked what `checkJpeg` said of it; its bytes must not change any more */
  constructor(ptsUs: number, checked: { readonly jpeg: Buffer; readonly width: number; readonly height: number }) {
    this.ptsUs = ptsUs;
    this.width = checked.width;
    this.height = checked.height;
    this.jpeg = checked.jpeg;
  }

  toPixels(): Pixels {
    throw new BugError('capture.is-jpeg', 'the pixels of a JPEG were asked of the camera');
  }

  [Symbol.dispose](): void {}
}
