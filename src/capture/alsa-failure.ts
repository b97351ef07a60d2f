import { DeviceError } from '../core/errors.ts';

/** What is known when a sound card could not be opened, or stopped delivering. */
export interface AlsaTrouble {
  /** Opening, or reading what was open. */
  readonly stage: 'open' | 'read';
  /** What was said of it, where ALSA's own words for an error stand: `… Device or resource busy`. */
  readonly words: string;
  readonly cause?: unknown;
}

type Kind = 'busy' | 'gone' | 'denied' | 'refused';

/** ALSA's words are the C library's; arecord is asked for English. */
const WORDS: readonly (readonly [RegExp, Kind])[] = [
  [/device or resource busy|resource temporarily unavailable/i, 'busy'],
  [/no such (?:device|file)|cannot get card index/i, 'gone'],
  [/permission denied|operation not permitted/i, 'denied'],
];
/**
 * The error for people: `capture.busy`, `capture.no-device`, `capture.denied`, `capture.unplugged` for whatever
 * happens in mid-stream, and `capture.unsupported` when the card refuses the rate, channels or format.
 *
 * @param name the device as messages call it
 */
export function alsaFailure(name: string, { stage, words, cause }: AlsaTrouble): DeviceError {
  if (stage === 'read') {
    return new DeviceError('capture.unplugged', `${name} stopped delivering sound${said(words)}`, {
      remedy: 'Plug it in again, and see whether its cable and power are sound; it is opened again by itself.',
      cause,
    });
  }
  switch (WORDS.find(([pattern]) => pattern.test(words))?.[1] ?? 'refused') {
    case 'busy':
      return deviceBusy(name, undefined, cause);
    case 'gone':
      return new DeviceError('capture.no-device', `${name} is not there${said(words)}`, {
        remedy: 'Plug it in, or set a device that `pipit devices` lists; it is looked for again.',
        cause,
      });
    case 'denied':
      return new DeviceError('capture.denied', `${name} may not be opened${said(words)}`, {
        remedy: 'Add the user that Pipit runs as to the group audio, and start it again.',
        cause,
      });
    case 'refused':
      return new DeviceError('capture.unsupported', `${name} takes none of the usual rates and formats${said(words)}`, {
        remedy: 'Use type = "exec" with arecord and the format that arecord --dump-hw-params shows.',
        cause,
      });
  }
}

/** `capture.busy`; `ownerPid` is the process that records from it, where it is known. */
export function deviceBusy(name: string, ownerPid?: number, cause?: unknown): DeviceError {
  const owner = ownerPid === undefined ? 'another program' : `process ${ownerPid}`;
  return new DeviceError('capture.busy', `${name} is held by ${owner}`, {
    remedy: 'See who has it with: fuser -v /dev/snd/*, and end that program or set another device.',
    cause,
  });
}

function said(words: string): string {
  return words === '' ? '' : `: ${words}`;
}
