import { writeFile } from 'node:fs/promises';
import { listV4l2Devices } from '../src/capture/camera/v4l2-devices.ts';
import { decodeJpeg } from '../src/picture/jpeg-turbo.ts';
import { type Bench, NotThere } from './hardware-test.ts';
import { must, program } from './program.ts';
import { until } from './until.ts';

const DRIVER = '/sys/bus/platform/drivers/vivid';
/** How much a picture must vary to be one: grey levels, standard deviation. */
const LEAST_CONTRAST = 10;

/** A camera that the kernel makes up (Documentation/admin-guide/media/vivid.rst): colour bars and a running text. */
export class VirtualCamera {
  /** `/dev/video0` */
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** Loads vivid, until the end of the test. */
  static async open(bench: Bench): Promise<VirtualCamera> {
    await program('modprobe', ['-r', 'vivid']);
    const before = (await listV4l2Devices()).map(({ path }) => path);
    // Before it is loaded: a run that is ended meanwhile leaves nothing behind.
    bench.stack.defer(async () => {
      await until('vivid is unloaded', async () => {
        const { code } = await program('modprobe', ['-r', 'vivid']);
        return code === 0 ? true : undefined;
      });
    });
    // Its capture node alone: a camera has no tuner and no output.
    await must('modprobe', ['vivid', 'n_devs=1', 'node_types=0x1']);
    const path = await until('the virtual camera is there', async () =>
      (await listV4l2Devices()).map((each) => each.path).find((each) => !before.includes(each)),
    ).catch(() => {
      throw new NotThere('another program has the virtual camera open');
    });
    return new VirtualCamera(path);
  }

  async unplug(): Promise<void> {
    await writeFile(`${DRIVER}/unbind`, 'vivid.0');
  }

  async plugIn(): Promise<void> {
    await writeFile(`${DRIVER}/bind`, 'vivid.0');
  }
}

/** What a still is like. */
export interface Still {
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  /** Standard deviation of its brightness, grey levels of 255. */
  readonly contrast: number;
}

/**
 * Decodes a JPEG and looks at it.
 * @param leastContrast 0 for a real camera, which may be in the dark
 * @throws Error when it is none, or shows nothing
 */
export async function lookAt(jpeg: Buffer, leastContrast = LEAST_CONTRAST): Promise<Still> {
  const { width, height } = sizeOf(jpeg);
  const { data } = await decodeJpeg(jpeg, width, height);
  let [sum, squares, count] = [0, 0, 0];
  for (let at = 0; at + 2 < data.length; at += 4 * 7) {
    const grey = ((data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0)) / 3;
    sum += grey;
    squares += grey * grey;
    count += 1;
  }
  const contrast = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  if (contrast < leastContrast) throw new Error(`the picture shows nothing: contrast ${contrast.toFixed(1)}`);
  return { width, height, bytes: jpeg.length, contrast };
}

/** Out of the frame header (ITU-T T.81, B.2.2). */
function sizeOf(jpeg: Buffer): { readonly width: number; readonly height: number } {
  let at = 2;
  while (at + 9 < jpeg.length && jpeg[at] === 0xff) {
    const marker = jpeg[at + 1] ?? 0;
    if (marker >= 0xc0 && marker <= 0xc2) {
      return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
    }
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  throw new Error('that is no JPEG');
}
