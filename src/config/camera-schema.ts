import type { CameraType } from '../core/camera-settings.ts';
import { type BlockKeys, choice, flag, integer, list, number, numberChoice, secret, text } from './key.ts';
import { isMask } from './mask.ts';

/** Types of a camera, in the order of the documentation. */
export const CAMERA_TYPES = ['auto', 'v4l2', 'rpicam', 'url', 'file', 'test'] as const satisfies readonly CameraType[];

/** What people call those types elsewhere. */
const TYPE_ALIASES: Readonly<Record<string, (typeof CAMERA_TYPES)[number]>> = {
  usb: 'v4l2',
  uvc: 'v4l2',
  webcam: 'v4l2',
  csi: 'rpicam',
  picamera: 'rpicam',
  libcamera: 'rpicam',
  mjpeg: 'url',
  mjpg: 'url',
  http: 'url',
  https: 'url',
  hls: 'url',
  ip: 'url',
  onvif: 'url',
  rtsp: 'url',
  rtsps: 'url',
  avi: 'file',
  mp4: 'file',
  video: 'file',
};

const FORMAT_ALIASES: Readonly<Record<string, string>> = {
  mjpg: 'mjpeg',
  jpeg: 'mjpeg',
  yuyv: 'yuyv422',
  yuv: 'yuyv422',
};

const WIDTH = {
  doc: 'Pixels; the camera delivers the nearest size that it has.',
  fallback: 1280,
  range: [32, 7680],
} as const;
const HEIGHT = { doc: 'The same.', fallback: 720, range: [32, 4320] } as const;

/** Keys of every camera, whatever its type. */
export const CAMERA_KEYS = {
  type: choice(CAMERA_TYPES, {
    required: true,
    doc: 'Where the picture comes from: auto is the first camera that is plugged in, USB before CSI.',
    advice: (value) => (value === 'alsa' ? 'write it as source "NAME" { … }' : meant(TYPE_ALIASES, value)),
  }),
  fps: number({
    doc: 'The most pictures a second that anybody gets, and what a camera with modes is asked for.',
    range: [0.1, 120],
  }),
  rotate: numberChoice([0, 90, 180, 270], { doc: 'Turn the picture clockwise by so many degrees.', fallback: 0 }),
  flip: choice(['none', 'horizontal', 'vertical', 'both'], { doc: 'Mirror it, after turning.', fallback: 'none' }),
  mask: list({
    doc: 'Rectangles to paint black, in percent of the picture as viewers see it: left, top, width, height.',
    fallback: [],
    expected:
      'a list of at most 16 "LEFT,TOP,WIDTH,HEIGHT" in percent that lie inside the picture, such as "0,0,50,25"',
    item: isMask,
    maxLength: 16,
  }),
  overlay: choice(['none', 'clock', 'name', 'both'], {
    doc: 'Write the time or the name of the camera into the picture.',
    fallback: 'none',
  }),
  idle_close_s: number({
    doc: 'So long after its last viewer the camera is closed.',
    fallback: 10,
    range: [0, 86_400],
    unit: 's',
  }),
  keep_open: flag({ doc: 'Never close it: the first picture comes at once, and costs CPU all day.', fallback: false }),
} satisfies BlockKeys;

/** Keys that a camera of one type has besides. */
export const CAMERA_TYPE_KEYS = {
  auto: { width: integer(WIDTH), height: integer(HEIGHT) },
  v4l2: {
    device: text({
      doc: 'The camera: auto takes the first one; `pipit devices` lists what to write here.',
      fallback: 'auto',
      maxLength: 4096,
      pattern: /^(?:auto|\/dev\/.+|usb-path:.+)$/,
      expected: '"auto", "/dev/video…" or "usb-path:…"',
      advice: deviceMeant,
    }),
    format: choice(['auto', 'mjpeg', 'yuyv422', 'nv12', 'h264'], {
      doc: 'What the camera is asked for: auto takes JPEG where it has it, which costs least.',
      fallback: 'auto',
      advice: (value) => meant(FORMAT_ALIASES, value),
    }),
    width: integer(WIDTH),
    height: integer(HEIGHT),
    controls: list({
      doc: 'Exposure, focus and the like, by the names that `v4l2-ctl --list-ctrls` shows, such as "focus_absolute=30".',
      fallback: [],
      expected: 'a list of "name=number"',
      item: (written) => /^[a-z][a-z0-9_]{0,63}=-?\d{1,10}$/.test(written),
    }),
  },
  rpicam: {
    index: integer({ doc: 'Which CSI camera, as `rpicam-vid --list-cameras` counts.', fallback: 0, range: [0, 15] }),
    codec: choice(['mjpeg', 'yuv420'], {
      doc: 'What rpicam-vid delivers: yuv420 is not compressed twice and costs more CPU.',
      fallback: 'mjpeg',
      advice: (value) => meant({ ...FORMAT_ALIASES, yuv: 'yuv420' }, value),
    }),
    width: integer(WIDTH),
    height: integer(HEIGHT),
    sensor_rotation: numberChoice([0, 180], { doc: 'Turned by the sensor, which costs nothing.', fallback: 0 }),
    low_latency: flag({ doc: 'Hand each picture over at once; Pi 5 only.', fallback: false }),
  },
  url: {
    url: secret({
      doc: 'The camera on the network: RTSP, HTTP MJPEG or HLS. It may hold a password and is never logged whole.',
      required: true,
      maxLength: 2048,
      pattern: /^(?:https?|rtsps?):\/\/./i,
      expected: 'a URL that begins with http://, https://, rtsp:// or rtsps://',
    }),
  },
  file: {
    path: text({ doc: 'The film; it begins again at its end.', required: true, maxLength: 4096, pattern: /./ }),
  },
  test: { width: integer(WIDTH), height: integer(HEIGHT) },
} satisfies Record<(typeof CAMERA_TYPES)[number], BlockKeys>;

function meant(aliases: Readonly<Record<string, string>>, value: unknown): string | undefined {
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  return Object.hasOwn(aliases, word) ? `did you mean "${aliases[word]}"?` : undefined;
}

/** Other programs number cameras: 0, "0" and "video0" are /dev/video0. */
function deviceMeant(value: unknown): string | undefined {
  const number = /^(?:video)?(\d{1,3})$/.exec(String(value))?.[1];
  return number === undefined ? undefined : `did you mean "/dev/video${number}"?`;
}
