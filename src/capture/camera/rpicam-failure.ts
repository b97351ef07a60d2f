import { DeviceError } from '../../core/errors.ts';
import type { ProgramEnd } from '../program.ts';

/** What libcamera and rpicam-apps say when something is wrong, in the order of how much it tells. */
const CAUSES: readonly (readonly [RegExp, string, string, string])[] = [
  [
    /no cameras available|selected camera is not available|failed to find camera/i,
    'capture.no-device',
    'is not there',
    'Push its ribbon cable in with the power off and restart; `rpicam-hello --list-cameras` must list it.',
  ],
  [
    /in use by another process|failed to acquire camera|device or resource busy/i,
    'capture.busy',
    'is held by another program',
    'End the program that uses it: only one can; `fuser -v /dev/media*` tells which.',
  ],
  [
    /legacy camera stack/i,
    'capture.unsupported',
    'is with the legacy camera stack',
    'Switch that off in raspi-config, or use the camera with type = "v4l2".',
  ],
  [
    /unrecogni[sz]ed option|unknown option/i,
    'capture.unsupported',
    'is read by a version of rpicam-apps that lacks an option',
    'Update rpicam-apps, or set low_latency = false.',
  ],
  [
    /cannot allocate memory|dmaheap allocation|failed to allocate/i,
    'capture.no-memory',
    'finds no memory for pictures of that size',
    'Set a smaller width and height, or give it more memory: cma=256M in /boot/firmware/cmdline.txt.',
  ],
  [
    /permission denied/i,
    'capture.denied',
    'may not be opened',
    'Add the user that Pipit runs as to the group video, and start it again.',
  ],
  [
    /frontend has timed out|device timeout/i,
    'capture.unplugged',
    'stopped delivering pictures',
    'Look at both ends of its ribbon cable; it is opened again by itself.',
  ],
];
const MAX_LINES = 12;

/** Remembers what a program of rpicam-apps says, and turns its end into an error for people. */
export class RpicamWords {
  #lines: string[] = [];

  /** A line of its standard error. */
  hear(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
  }

  /**
   * `capture.no-device`, `capture.busy`, `capture.unsupported`, `capture.no-memory`, `capture.denied`,
   * `capture.unplugged`, or `capture.program-ended` where it did not say why.
   *
   * @param name the camera as messages call it
   */
  failure(name: string, program: string, { how, lastLine }: ProgramEnd): DeviceError {
    for (const [pattern, code, what, remedy] of CAUSES) {
      const line = this.#lines.findLast((candidate) => pattern.test(candidate));
      if (line !== undefined) return new DeviceError(code, `${name} ${what}: ${plain(line)}`, { remedy });
    }
    const words = lastLine === '' ? '' : `: ${plain(lastLine)}`;
    return new DeviceError('capture.program-ended', `${program} ended with ${how}${words}`, {
      remedy: `Run ${program} by hand to see what it lacks; it is started again.`,
    });
  }
}

/** `capture.unplugged`: the program runs on, and nothing comes. */
export function rpicamHangs(name: string): DeviceError {
  return new DeviceError('capture.unplugged', `${name} stopped delivering pictures: it hangs`, {
    remedy: 'Look at both ends of its ribbon cable; it is opened again by itself.',
  });
}

/** Without the time, thread and place that libcamera writes in front, and the frame that rpicam-apps puts around. */
function plain(line: string): string {
  return line
    .replace(/^\[[\d:.]+\]\s*\[\d+\]\s*/, '')
    .replace(/^(?:DEBUG|INFO|WARN|ERROR|FATAL)\s+\S+\s+\S+:\d+\s*/, '')
    .replace(/^ERROR: \*\*\* (.*) \*\*\*$/, '$1');
}
