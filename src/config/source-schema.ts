import type { SourceType } from '../core/source-settings.ts';
import { type BlockKeys, choice, flag, integer, list, number, secret, text } from './key.ts';

/** True for what may be the extension of a sound file, with the leading dot. */
export const isExtension = (text: string): boolean => /^\.[A-Za-z0-9]{1,8}$/.test(text);

/** Types of a source, in the order of the documentation. */
export const SOURCE_TYPES = [
  'alsa',
  'exec',
  'file',
  'url',
  'test',
  'playlist',
  'client',
  'demo',
  'silence',
] as const satisfies readonly SourceType[];

/** Keys of every source, whatever its type. */
export const SOURCE_KEYS = {
  type: choice(SOURCE_TYPES, {
    required: true,
    doc: 'Where the sound comes from.',
    advice: (value) => (value === 'v4l2' || value === 'rpicam' ? 'write it as camera "NAME" { … }' : undefined),
  }),
  silence_db: number({
    doc: 'Below this level it is silent (RMS).',
    fallback: -50,
    range: [-120, 0],
    unit: 'dBFS',
    live: true,
  }),
  silence_seconds: number({
    doc: 'So long must it last to count as silence.',
    fallback: 10,
    range: [0, 3600],
    unit: 's',
  }),
  sound_db: number({
    doc: 'Above this level something is heard (RMS).',
    fallback: -35,
    range: [-120, 0],
    unit: 'dBFS',
    live: true,
  }),
  sound_seconds: number({ doc: 'So long must it last to count as sound.', fallback: 0.3, range: [0, 3600], unit: 's' }),
  gain_db: number({
    doc: 'Louder or quieter by so much; what would be cut off is held back by a limiter.',
    fallback: 0,
    range: [-40, 40],
    unit: 'dB',
    live: true,
  }),
  use_channels: choice(['both', 'mono', 'left', 'right'], {
    doc: 'Which of two channels are heard: mono is their mean on both, left or right that one on both.',
    fallback: 'both',
    live: true,
  }),
  high_pass_hz: number({
    doc: 'Take away what is lower: rumble, wind and the hum of mains. 0: nothing.',
    fallback: 0,
    range: [0, 1000],
    unit: 'Hz',
    live: true,
  }),
  auto_gain: flag({
    doc: 'Follow the level slowly, so that quiet and loud are heard about equally; gain_db comes before it.',
    fallback: false,
    live: true,
  }),
} satisfies BlockKeys;

/** Keys that a source of one type has besides. */
export const SOURCE_TYPE_KEYS = {
  alsa: {
    device: text({
      doc: 'The sound card: auto takes the first one; `pipit devices` lists what to write here.',
      fallback: 'auto',
      pattern: /^(?:auto|hw:.+|usb-path:.+|card-id:.+)$/,
      expected: '"auto", "hw:…", "usb-path:…" or "card-id:…"; for any other ALSA device use type = "exec" with arecord',
    }),
    mixer: choice(['preset', 'leave'], {
      doc: "preset opens the card's inputs and sets their level when it is first used; leave touches nothing.",
      fallback: 'preset',
    }),
  },
  exec: {
    command: list({
      doc: 'Program and arguments, without a shell; it writes WAV, raw PCM or an encoded stream to its standard output.',
      required: true,
      expected: 'a list of a program and its arguments',
      minLength: 1,
      maxLength: 256,
    }),
    format: choice(['auto', 's16le', 's24le', 's32le', 'f32le'], {
      doc: 'auto recognizes WAV and encoded streams; raw PCM must be named.',
      fallback: 'auto',
    }),
    sample_rate: integer({ doc: 'Of raw PCM.', fallback: 48_000, range: [8000, 384_000], unit: 'Hz' }),
    channels: integer({ doc: 'Of raw PCM.', fallback: 2, range: [1, 2] }),
  },
  file: {
    path: text({ doc: 'The sound file.', required: true, maxLength: 4096, pattern: /./ }),
    loop: flag({ doc: 'Begin again at its end.', fallback: true }),
  },
  url: {
    url: secret({
      doc: 'The stream: HTTP, HLS, RTSP or SRT. It may hold a password and is never logged whole.',
      required: true,
      maxLength: 2048,
      pattern: /^(?:https?|rtsps?|srt):\/\/./i,
      expected: 'a URL that begins with http://, https://, rtsp://, rtsps:// or srt://',
    }),
  },
  test: {
    frequency_hz: number({ doc: 'Pitch of the tone.', fallback: 440, range: [20, 20_000], unit: 'Hz' }),
    level_db: number({ doc: 'Its level.', fallback: -20, range: [-90, 0], unit: 'dBFS' }),
  },
  playlist: {
    directory: text({ doc: 'Where the music is.', inherits: 'playlist.directory', maxLength: 4096, pattern: /./ }),
    shuffle: flag({ doc: 'Play in random order.', inherits: 'playlist.shuffle' }),
    extensions: list({
      doc: 'Which files are music.',
      inherits: 'playlist.extensions',
      expected: 'a list of extensions such as ".mp3"',
      item: isExtension,
      minLength: 1,
    }),
  },
  client: {},
  demo: {},
  silence: {},
} satisfies Record<(typeof SOURCE_TYPES)[number], BlockKeys>;
