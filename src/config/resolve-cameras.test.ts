import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { CameraSourceSettings } from '../core/camera-settings.ts';
import { CAMERA_KEYS, CAMERA_TYPE_KEYS, CAMERA_TYPES } from './camera-schema.ts';
import type { Environment } from './environment.ts';
import type { Key } from './key.ts';
import { load, onlyError } from './load-settings.testing.ts';

const test = suite('resolve cameras');

const NO_TREATMENT = { rotate: 0, flip: 'none', masks: [], overlay: 'none' };
const MODE = { width: 1280, height: 720, fps: 15 };

/** What a single camera with these lines becomes. */
function cameraOf(lines: string, env?: Environment) {
  const [camera] = load(`camera "door" {\n${lines}\n}`, env).settings.cameras;
  assert.ok(camera !== undefined);
  return camera;
}

function sourceOf(lines: string): CameraSourceSettings {
  return cameraOf(lines).source;
}

test('without a camera block there is one that is looked for', () => {
  const { settings, diagnostics } = load('');
  assert.equal(diagnostics, []);
  assert.equal(settings.cameras, [
    {
      name: 'camera',
      source: { type: 'auto', ...MODE },
      treatment: NO_TREATMENT,
      fps: 15,
      idleCloseMs: 10_000,
      keepOpen: false,
      builtIn: true,
    },
  ]);
});

test('declared cameras take its place, in the order of the file', () => {
  const { cameras } = load('camera "b" { type = "test" }\ncamera "a" { type = "auto" }').settings;
  assert.equal(
    cameras.map(({ name, builtIn }) => [name, builtIn]),
    [
      ['b', false],
      ['a', false],
    ],
  );
});

test('streaming { enabled = false } leaves no camera, whatever is declared or named', () => {
  const off = 'streaming { enabled = false }\n';
  assert.equal(load(off).settings.cameras, []);
  const { cameras, mounts } = load(`${off}camera "door" { type = "test" }\nmount "/s" { camera = "door" }`).settings;
  assert.equal(cameras, []);
  assert.is(mounts[0]?.camera, undefined);
});

test('each type has its defaults', () => {
  assert.equal(sourceOf('type = "auto"'), { type: 'auto', ...MODE });
  assert.equal(sourceOf('type = "v4l2"'), { type: 'v4l2', device: 'auto', format: 'auto', controls: [], ...MODE });
  const rpicam = { type: 'rpicam', index: 0, codec: 'mjpeg', sensorRotation: 0, lowLatency: false, ...MODE };
  assert.equal(sourceOf('type = "rpicam"'), rpicam);
  assert.equal(sourceOf('type = "url"\nurl = "rtsp://me:pw@cam/1"'), { type: 'url', url: 'rtsp://me:pw@cam/1' });
  assert.equal(sourceOf('type = "file"\npath = "../x.avi"'), { type: 'file', path: '/etc/x.avi' });
  assert.equal(sourceOf('type = "test"'), { type: 'test', ...MODE });
});

test('every key reaches the settings', () => {
  const size = 'width = 640\nheight = 480\nfps = 12.5';
  const mode = { width: 640, height: 480, fps: 12.5 };
  assert.equal(
    sourceOf(`type = "v4l2"\ndevice = "usb-path:1-1.2"\nformat = "nv12"\ncontrols = ["focus_absolute=-3"]\n${size}`),
    { type: 'v4l2', device: 'usb-path:1-1.2', format: 'nv12', controls: ['focus_absolute=-3'], ...mode },
  );
  assert.equal(
    sourceOf(`type = "rpicam"\nindex = 1\ncodec = "yuv420"\nsensor_rotation = 180\nlow_latency = true\n${size}`),
    { type: 'rpicam', index: 1, codec: 'yuv420', sensorRotation: 180, lowLatency: true, ...mode },
  );
  const common =
    'type = "test"\nrotate = 90\nflip = "both"\nmask = ["0,0,50,25", "75,75,25,25"]\noverlay = "clock"\nidle_close_s = 0.5\nkeep_open = true\nfps = 5';
  const masks = [
    { left: 0, top: 0, width: 0.5, height: 0.25 },
    { left: 0.75, top: 0.75, width: 0.25, height: 0.25 },
  ];
  assert.equal(cameraOf(common), {
    name: 'door',
    source: { type: 'test', width: 1280, height: 720, fps: 5 },
    treatment: { rotate: 90, flip: 'both', masks, overlay: 'clock' },
    fps: 5,
    idleCloseMs: 500,
    keepOpen: true,
    builtIn: false,
  });
});

test('the profile says how many pictures a second, and fps beside it wins', () => {
  const text = 'camera "a" { type = "test" }\ncamera "b" {\n type = "test"\n fps = 25\n}';
  const { cameras } = load(`profile = "low-latency"\n${text}`).settings;
  assert.equal(
    cameras.map(({ fps }) => fps),
    [30, 25],
  );
  assert.is(load('', { PIPIT_PROFILE: 'low-latency' }).settings.cameras[0]?.fps, 30);
});

test('numbers are taken at both ends of their range and refused beyond', () => {
  for (const type of CAMERA_TYPES) {
    const needed = { url: 'url = "http://x/"', file: 'path = "x"' }[type as string] ?? '';
    const keys: Readonly<Record<string, Key>> = { ...CAMERA_KEYS, ...CAMERA_TYPE_KEYS[type] };
    for (const [name, { range }] of Object.entries(keys)) {
      if (range === undefined) continue;
      const lines = (value: number) => `type = "${type}"\n${name} = ${value}\n${needed}`;
      for (const value of range) cameraOf(lines(value));
      for (const value of [range[0] - 0.001, range[1] + 1])
        onlyError(`camera "x" {\n${lines(value)}\n}`, new RegExp(`^config\\.hcl:3:1: ${name} of camera "x" is `));
    }
  }
});

test('a camera needs a type, and a word from elsewhere finds the one that is meant', () => {
  onlyError('camera "x" {}', /^config\.hcl:1:1: camera "x" has no type, it must be one of "auto", "v4l2", /);
  const typeError = (type: string, remedy: RegExp) => onlyError(`camera "x" { type = "${type}" }`, remedy);
  typeError('mjpeg', /type of camera "x" is "mjpeg", .*did you mean "url"\?$/);
  typeError('RTSP', /did you mean "url"\?$/);
  typeError('v4l', /did you mean "v4l2"\?$/);
  typeError('usb', /did you mean "v4l2"\?$/);
  typeError('rpicam-vid', /did you mean "rpicam"\?$/);
  typeError('libcamera', /did you mean "rpicam"\?$/);
  typeError('alsa', /write it as source "NAME" \{ … \}$/);
  onlyError('source "x" { type = "rpicam" }', /write it as camera "NAME" \{ … \}$/);
});

test('a device is a path or an identity, and a number from elsewhere becomes its path', () => {
  const v4l2 = (lines: string) => `camera "x" {\n type = "v4l2"\n ${lines}\n}`;
  for (const device of ['auto', '/dev/video2', '/dev/v4l/by-id/usb-x', 'usb-path:1-1.2']) {
    cameraOf(`type = "v4l2"\ndevice = "${device}"`);
  }
  onlyError(v4l2('device = 0'), /device of camera "x" is 0, it must be .*, did you mean "\/dev\/video0"\?$/);
  onlyError(v4l2('device = "video1"'), /did you mean "\/dev\/video1"\?$/);
  onlyError(v4l2('device = "hw:1,0"'), /it must be "auto", "\/dev\/video…" or "usb-path:…", remove it to get "auto"$/);
  onlyError(v4l2('format = "yuyv"'), /did you mean "yuyv422"\?$/);
  onlyError(v4l2('controls = "focus=3"'), /write \[ \] around it$/);
  onlyError(v4l2('controls = ["focus"]'), /controls of camera "x" holds "focus", it must be a list of "name=number"/);
});

test('a number that must be one of a few says which', () => {
  const error = (line: string, pattern: RegExp) => onlyError(`camera "x" {\n type = "test"\n ${line}\n}`, pattern);
  error('rotate = 45', /rotate of camera "x" is 45, it must be one of 0, 90, 180, 270, remove it to get 0$/);
  error('rotate = "90"', /remove the quotes$/);
  error('flip = "horizontally"', /did you mean "horizontal"\?$/);
});

test('masks are refused with the one that is wrong', () => {
  const error = (mask: string, pattern: RegExp) =>
    onlyError(`camera "x" {\n type = "test"\n mask = ${mask}\n}`, pattern);
  error('["0,0,50,25", "60,0,50,25"]', /^config\.hcl:3:2: mask of camera "x" holds "60,0,50,25", it must be a list of/);
  error('"0,0,50,25"', /write \[ \] around it$/);
  error('[0, 0, 50, 25]', /write \["0,0,50,25"\]$/);
  error(JSON.stringify(Array.from({ length: 17 }, () => '0,0,1,1')), /is a list, it must be a list of at most 16/);
  cameraOf(`type = "test"\nmask = ${JSON.stringify(Array.from({ length: 16 }, () => '0,0,1,1'))}`);
});

test('a URL is one that a camera has, and is never repeated', () => {
  onlyError('camera "x" { type = "url" }', /camera "x" has no url, it must be a URL that begins with http/);
  onlyError(
    'camera "x" {\n type = "url"\n url = "rtmp://me:hunter2@cam/"\n}',
    /^(?!.*hunter2).*url of camera "x" is not what it must be/,
  );
});

test('names are made for paths, and ws is taken', () => {
  for (const name of ['street', '1', 'Front_door-2', 'WS']) load(`camera "${name}" { type = "test" }`);
  onlyError('camera "ws" { type = "test" }', /a camera can't be named "ws", \/camera\/ws belongs to Pipit itself/);
  for (const name of ['a.b', 'a/b', '', '-a', 'a b', 'ä', 'x'.repeat(65)]) {
    onlyError(`camera "${name}" { type = "test" }`, /is no name for a camera/);
  }
  onlyError('camera { type = "test" }', /camera stands with 0 names, it has one name, write camera "NAME" \{$/);
  onlyError('camera = "/dev/video0"', /camera is set with =, it is a block, write camera "NAME" \{ … \} without =$/);
});

test('a key of another type, or of another block, says where it belongs', () => {
  onlyError(
    'camera "x" {\n type = "test"\n device = "auto"\n}',
    /device is no key in camera "x", it belongs to type = "v4l2", and this camera is "test"/,
  );
  onlyError('camera "x" {\n type = "test"\n widht = 5\n}', /did you mean width\?$/);
  onlyError('streaming { fps = 5 }', /fps is no key in streaming, it belongs to block camera "NAME", move it there$/);
  onlyError('rotate = 90', /rotate is no key, it belongs to block camera "NAME"/);
});

test('two cameras on one device are a warning', () => {
  const warnings = (first: string, second: string) =>
    load(`camera "a" {\n${first}\n}\ncamera "b" {\n${second}\n}`).diagnostics.map(({ severity, what }) => [
      severity,
      what,
    ]);
  const same = [['warning', 'camera "b" is the same device as camera "a"']];
  assert.equal(warnings('type = "auto"', 'type = "v4l2"'), same);
  assert.equal(warnings('type = "rpicam"', 'type = "rpicam"'), same);
  assert.equal(warnings('type = "rpicam"', 'type = "rpicam"\nindex = 1'), []);
  assert.equal(warnings('type = "test"', 'type = "test"'), []);
});

test('a mount may name a camera that is declared, or else the one that is looked for', () => {
  assert.is(
    load('camera "street" { type = "test" }\nmount "/s" { camera = "street" }').settings.mounts[0]?.camera,
    'street',
  );
  assert.is(load('mount "/s" { camera = "camera" }').settings.mounts[0]?.camera, 'camera');
  assert.is(load('mount "/s" {}').settings.mounts[0]?.camera, undefined);
  const declared = 'camera "street" { type = "test" }\n';
  onlyError(`${declared}mount "/s" { camera = "sreet" }`, /"sreet" is no camera, .*did you mean "street"\?$/);
  onlyError(`${declared}mount "/s" { camera = "camera" }`, /"camera" is no camera, no block declares it/);
});

test('variables reach cameras, the one that is looked for too', () => {
  const env = { PIPIT_CAMERA__DOOR__ROTATE: '180', PIPIT_CAMERA__DOOR__MASK: '["0,0,50,25"]' };
  const { treatment } = cameraOf('type = "test"', env);
  assert.is(treatment.rotate, 180);
  assert.equal(treatment.masks, [{ left: 0, top: 0, width: 0.5, height: 0.25 }]);
  const implicit = load('', { PIPIT_CAMERA__CAMERA__TYPE: 'test', PIPIT_CAMERA__CAMERA__WIDTH: '640' });
  assert.equal(implicit.settings.cameras[0]?.source, { type: 'test', ...MODE, width: 640 });
  onlyError('', /PIPIT_CAMERA__CAMERA__MASK: .* write \["0,0,50,25"\]$/, { PIPIT_CAMERA__CAMERA__MASK: '0,0,50,25' });
  onlyError('', /PIPIT_CAMERA__HALL__FPS sets nothing/, { PIPIT_CAMERA__HALL__FPS: '5' });
});

test.run();
