import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { DeviceError } from '../../core/errors.ts';

/** Codes of errors that another mode of the same camera may not meet; the second, that a smaller one may not. */
export const REFUSED = 'capture.unsupported';
export const NO_BANDWIDTH = 'capture.no-bandwidth';
/** It was open, and delivers no more. */
export const UNPLUGGED = 'capture.unplugged';

/** What went wrong, as FFmpeg tells it, or `v4l2-ctl`. */
export interface V4l2Trouble {
  /** Opening, or reading what was open. */
  readonly stage: 'open' | 'read';
  /** The system's name of it; empty where it has none. */
  readonly errno: string;
  readonly message: string;
}

const ERRNOS: readonly (readonly [RegExp, string])[] = [
  [/resource busy/i, 'EBUSY'],
  [/no such device/i, 'ENODEV'],
  // Up to version 1.22 it says no more.
  [/no such file|^cannot open device|^unable to detect what device/i, 'ENOENT'],
  [/permission denied/i, 'EACCES'],
  [/not permitted/i, 'EPERM'],
  [/no space left/i, 'ENOSPC'],
];

/** What `v4l2-ctl` means with its words. */
export function troubleIn(words: string, stage: V4l2Trouble['stage'] = 'open'): V4l2Trouble & Error {
  const errno = ERRNOS.find(([pattern]) => pattern.test(words))?.[1] ?? '';
  return Object.assign(new Error(words), { stage, errno });
}

/**
 * The error for people: `capture.busy`, `capture.no-device`, `capture.denied`, `capture.unplugged` for whatever
 * happens in mid-stream, `capture.unsupported` when the camera refuses the mode and `capture.no-bandwidth` when the USB
 * bus does.
 *
 * @param name the camera as messages call it
 * @param mode how it was opened
 */
export function v4l2Failure(name: string, mode: string, cause: V4l2Trouble): DeviceError {
  const error = (code: string, message: string, remedy: string): DeviceError =>
    new DeviceError(code, message, { remedy, cause });
  if (cause.stage === 'read') return v4l2Unplugged(name, cause);
  switch (cause.errno) {
    case 'EBUSY':
      return v4l2Busy(name, undefined, cause);
    case 'ENODEV':
    case 'ENXIO':
    case 'ENOENT':
      return error(
        'capture.no-device',
        `${name} is not there: ${cause.message}`,
        'Plug it in, or set a device that `pipit devices` lists; it is looked for again.',
      );
    case 'EACCES':
    case 'EPERM':
      return error(
        'capture.denied',
        `${name} may not be opened: ${cause.message}`,
        'Add the user that Pipit runs as to the group video, and start it again.',
      );
    case 'ENOSPC':
      return error(
        NO_BANDWIDTH,
        `the USB bus has no room for ${mode} of ${name}`,
        'Set a smaller width, height or fps, format = "mjpeg", or plug it into another port.',
      );
    default:
      return error(
        REFUSED,
        `${name} does not deliver ${mode}: ${cause.message}`,
        'Set a format, width, height and fps that `pipit devices` lists for it.',
      );
  }
}

/** `capture.unplugged`: it was open, and delivers no more. */
export function v4l2Unplugged(name: string, cause?: V4l2Trouble): DeviceError {
  const why = cause === undefined ? '' : `: ${cause.message}`;
  return new DeviceError(UNPLUGGED, `${name} stopped delivering pictures${why}`, {
    remedy: 'Plug it in again, and see whether its cable and power are sound; it is opened again by itself.',
    cause,
  });
}

/** `capture.unplugged` where its node has gone as well, as `cause` alone does not tell: that may be EINVAL. */
export function v4l2Gone(name: string, { cause }: DeviceError): DeviceError {
  return new DeviceError(UNPLUGGED, `${name} was unplugged`, {
    remedy: 'Plug it in again; it is opened again by itself.',
    cause,
  });
}

/** `capture.busy`; `owner` is the process that has it open, where it is known. */
export function v4l2Busy(name: string, owner?: string, cause?: unknown): DeviceError {
  return new DeviceError('capture.busy', `${name} is held by ${owner ?? 'another program'}`, {
    remedy: 'See who has it with: fuser -v /dev/video*, and end that program or set another device.',
    cause,
  });
}

/** Who has the device open besides this process: `process 4711`. Sees only what the system lets this user see. */
export async function ownerOf(path: string, procRoot: string): Promise<string | undefined> {
  for (const pid of await readdir(procRoot).catch(() => [])) {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) continue;
    const directory = join(procRoot, pid, 'fd');
    for (const fd of await readdir(directory).catch(() => [])) {
      if ((await readlink(join(directory, fd)).catch(() => '')) === path) return `process ${pid}`;
    }
  }
  return undefined;
}
