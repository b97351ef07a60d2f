import { runV4l2Ctl } from './v4l2-ctl.ts';
import type { V4l2Mode } from './v4l2-mode.ts';

/** What a camera was set to: drivers take what they do not offer for the nearest that they do, without a word. */
export interface V4l2Setup {
  /** As V4L2 names the format. */
  readonly fourcc: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** From the beginning of one row of pixels to that of the next. */
  readonly strideBytes: number;
  /** Pictures a second; undefined where the driver does not tell. */
  readonly fps: number | undefined;
}

/** Sets the camera to a mode that has a fourcc. What it is set to now, or why it refused, in the system's words. */
export async function setUpV4l2(
  program: string,
  path: string,
  { fourcc, width, height, fps }: V4l2Mode,
  signal: AbortSignal,
): Promise<V4l2Setup | string> {
  const set = [
    `--set-fmt-video=width=${width},height=${height},pixelformat=${fourcc}`,
    ...(fps === undefined ? [] : [`--set-parm=${fps}`]),
  ];
  // In one go, as it is told only then what the driver has made of it.
  const args = ['-d', path, ...set, '--get-fmt-video', '--get-parm'];
  const { text, complaint } = await runV4l2Ctl(program, args, signal);
  const setup = parseV4l2Setup(text);
  // That it has no rates to be set is no reason not to read it.
  if (setup === undefined || /VIDIOC_S_FMT/.test(complaint)) return complaint || 'it does not say what it was set to';
  return setup.fourcc === fourcc ? setup : `its driver makes ${setup.fourcc} of it`;
}

/** Reads what `v4l2-ctl --get-fmt-video --get-parm` writes. */
export function parseV4l2Setup(text: string): V4l2Setup | undefined {
  const [, width, height] = /Width\/Height\s*: (\d+)\/(\d+)/.exec(text) ?? [];
  const fourcc = /Pixel Format\s*: '(.{4})'/.exec(text)?.[1];
  const stride = /Bytes per Line\s*: (\d+)/.exec(text)?.[1];
  const fps = Number(/Frames per second\s*: (\d+(?:\.\d+)?)/.exec(text)?.[1] ?? 0);
  if (fourcc === undefined || !(Number(width) > 0) || !(Number(height) > 0)) return undefined;
  return {
    fourcc,
    width: Number(width),
    height: Number(height),
    strideBytes: Number(stride ?? 0),
    fps: fps > 0 ? fps : undefined,
  };
}
