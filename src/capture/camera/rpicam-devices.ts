import { execFile } from 'node:child_process';

/** A size of a CSI camera's sensor, and how fast it goes. */
export interface SensorMode {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Pictures a second, at most. */
  readonly fps: number;
}

/** A CSI camera. */
export interface CsiCamera {
  /** As `--camera` counts. */
  readonly index: number;
  /** Its sensor: `imx708_wide`. */
  readonly model: string;
  /** Smaller sizes are made from these. */
  readonly modes: readonly SensorMode[];
}

/** Its programs by their present names, and by those until Debian 12. */
export const LIST_PROGRAMS: readonly string[] = ['rpicam-hello', 'libcamera-hello'];

/** It opens each camera and looks at each mode. */
const TIMEOUT_MS = 10_000;
/** `0 : imx708 [4608x2592 10-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx708@1a)` */
const CAMERA = /^\s*(\d+) : (\S+) \[/;
/** The word before the bracket is the mode; the second size in it is the part of the sensor. */
const MODE = /(\d+)x(\d+) \[(\d+(?:\.\d+)?|nan|inf) fps/g;

/**
 * The CSI cameras that libcamera sees; undefined where rpicam-apps are not installed. Takes about a second, and opens
 * the cameras; an abort cuts it short.
 */
export async function listCsiCameras(
  programs: readonly string[] = LIST_PROGRAMS,
  signal?: AbortSignal,
): Promise<CsiCamera[] | undefined> {
  for (const program of programs) {
    const text = await listingOf(program, signal);
    if (text !== undefined) return parseCsiCameras(text);
  }
  return undefined;
}

/** Reads what `rpicam-hello --list-cameras` writes; lines that it does not understand are passed over. */
export function parseCsiCameras(text: string): CsiCamera[] {
  const cameras: (CsiCamera & { modes: SensorMode[] })[] = [];
  for (const line of text.split('\n')) {
    const [, index, model] = CAMERA.exec(line) ?? [];
    if (index !== undefined && model !== undefined) cameras.push({ index: Number(index), model, modes: [] });
    else for (const mode of modesIn(line)) addMode(cameras.at(-1)?.modes ?? [], mode);
  }
  return cameras;
}

function modesIn(line: string): SensorMode[] {
  return [...line.matchAll(MODE)].map(([, width, height, fps]) => ({
    width: Number(width),
    height: Number(height),
    fps: Number.isFinite(Number(fps)) ? Number(fps) : 0,
  }));
}

/** The same size comes once per format of the sensor: how fast the fastest is counts. */
function addMode(modes: SensorMode[], mode: SensorMode): void {
  const at = modes.findIndex(({ width, height }) => width === mode.width && height === mode.height);
  if (at < 0) modes.push(mode);
  else if ((modes[at] as SensorMode).fps < mode.fps) modes[at] = mode;
}

/** Undefined when the program is not there. */
function listingOf(program: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  const options = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: 1024 * 1024, signal } as const;
  return new Promise((resolve) => {
    execFile(program, ['--list-cameras'], options, (error, stdout, stderr) => {
      // Older versions list on standard error.
      resolve(error?.code === 'ENOENT' ? undefined : `${stdout}\n${stderr}`);
    });
  });
}
