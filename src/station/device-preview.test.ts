// deadline: 120 s
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { listCameras } from '../capture/camera/camera-devices.ts';
import { FakeCameras, WEBCAM } from '../capture/camera/v4l2-devices.testing.ts';
import { listDevices } from '../capture/devices.ts';
import { FakeCards } from '../capture/sound-cards.testing.ts';
import { loadSettings } from '../config/load-settings.ts';
import { systemClock } from '../core/clock.ts';
import type { LevelReading } from '../core/level-reading.ts';
import { type CheckedJpeg, checkJpeg } from '../picture/jpeg-info.ts';
import { Program } from '../testkit/program.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { until } from '../testkit/until.ts';
import type { PreviewLine } from '../web/device-schemas.ts';
import type { RunningCamera } from './cameras.ts';
import { DevicePreview, type DevicePreviewOptions } from './device-preview.ts';
import type { RunningSource } from './programme.ts';

const test = suite('device preview');
const CARDS = [
  { id: 'Device', name: 'USB PnP Sound Device', usbPath: '1-1.2', usbId: '08bb:2902' },
  { id: 'Webcam', name: 'C920', usbPath: '1-1.3', usbId: '046d:082d', ownerPid: 4711 },
];
const CONFIG = `
source "mic" {
  type = "alsa"
  device = "card-id:Device"
}
camera "door" {
  type = "v4l2"
  device = "usb-path:1-1.2"
}
mount "/stream" { source = "mic" }`;

/** A station with one microphone and one camera, of which only what a preview looks at is there. */
class Fixture implements AsyncDisposable {
  readonly cards = new FakeCards(CARDS);
  readonly nodes = new FakeCameras({ 0: WEBCAM, 2: { ...WEBCAM, usbPath: '1-1.4' } });
  readonly observers = new Set<(level: LevelReading) => void>();
  readonly muted = { camera: false, microphone: false };
  isLive = false;
  isOpen = false;
  finds = 0;
  readonly preview: DevicePreview;

  constructor(options: DevicePreviewOptions = {}) {
    const fixture = this;
    const { settings } = loadSettings({
      file: '/etc/pipit/config.hcl',
      text: CONFIG,
      env: {},
      profileDefault: 'home-server',
    });
    const mic = {
      name: 'mic',
      type: 'alsa',
      feed: {
        get isLive() {
          return fixture.isLive;
        },
        get status() {
          return { state: fixture.isLive ? 'live' : 'retrying' };
        },
        observeLevel(observer: (level: LevelReading) => void) {
          fixture.observers.add(observer);
          return () => fixture.observers.delete(observer);
        },
      },
    };
    const door = {
      name: 'door',
      type: 'v4l2',
      feed: {
        get status() {
          return { state: fixture.isOpen ? 'live' : 'stopped' };
        },
      },
    };
    this.preview = new DevicePreview(
      {
        clock: systemClock,
        log: new RecordingLog(),
        random: () => 0.5,
        sources: [mic as unknown as RunningSource],
        cameras: [door as unknown as RunningCamera],
        pictureOf: async (camera) => Buffer.from(`picture of ${camera}`),
        muted: () => this.muted,
        settings: () => settings,
      },
      {
        find: async () => {
          this.finds += 1;
          const cameras = await listCameras({ roots: this.nodes.roots, listPrograms: ['/nowhere/rpicam-hello'] });
          return { sound: await listDevices(this.cards.roots), cameras };
        },
        soundOf: () => ({ type: 'test', frequencyHz: 440, levelDb: -12 }),
        pictureOf: () => ({ type: 'test', width: 640, height: 480, fps: 20 }),
        ...options,
      },
    );
  }

  /** Listens until there are so many levels; what was told. */
  async listen(device: string, levels: number): Promise<PreviewLine[]> {
    const { run } = await this.preview.sound(device);
    const lines: PreviewLine[] = [];
    const gone = new AbortController();
    const running = run((line) => lines.push(line), gone.signal);
    const isOver = (): boolean => lines.some((line) => 'error' in line || 'end' in line);
    await until('it is heard', () => lines.filter((line) => 'rms_db' in line).length >= levels || isOver(), 20_000);
    gone.abort();
    await running;
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.preview[Symbol.asyncDispose]();
    this.cards[Symbol.dispose]();
    this.nodes[Symbol.dispose]();
  }
}

async function code(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing was thrown',
    (error) => error.code ?? error.message,
  );
}

test('what is plugged in is listed with what to write, and who has it', async () => {
  await using fixture = new Fixture();
  fixture.isLive = true;
  fixture.isOpen = true;
  const { sound, cameras } = await fixture.preview.devices();
  assert.equal(sound[0], {
    device: 'usb-path:1-1.2',
    also: ['card-id:Device', 'hw:CARD=Device,DEV=0'],
    name: 'USB PnP Sound Device',
    usb_port: '1-1.2',
    channels: null,
    mixer_preset: 'TI PCM290x',
    in_use_by: 'mic',
    in_use_elsewhere: false,
  });
  assert.equal([sound[1]?.in_use_by, sound[1]?.in_use_elsewhere], [null, true]);
  const { name, device, width, height, in_use_by } = cameras[0] ?? {};
  assert.equal([name, device, in_use_by], ['HD Pro Webcam C920', 'usb-path:1-1.2', 'door']);
  assert.ok((width ?? 0) >= 1920 && (height ?? 0) >= 1080);
  assert.is(cameras[1]?.in_use_by, null);
  fixture.isLive = false;
  fixture.isOpen = false;
  const after = await fixture.preview.devices();
  assert.equal([after.sound[0]?.in_use_by, after.cameras[0]?.in_use_by], [null, null]);
});

test('looking for devices is done once for all who ask at the same time', async () => {
  await using fixture = new Fixture();
  await Promise.all([fixture.preview.devices(), fixture.preview.devices(), fixture.preview.devices()]);
  assert.is(fixture.finds, 1);
});

test('a sound card is heard in a process of its own, which is gone with who listens', async () => {
  await using fixture = new Fixture();
  const lines = await fixture.listen('card-id:Webcam', 5);
  assert.equal(lines[0], { state: 'opening' });
  const level = lines.find((line) => 'peak_db' in line) as { peak_db: number[] };
  assert.ok(Math.abs((level.peak_db[1] as number) + 6) < 7, JSON.stringify(level));
  assert.equal(lines.at(-1), { end: 'stopped' });
  assert.equal(childrenOfMine(), []);
});

test('it is over after a while, and when somebody says so', async () => {
  await using fixture = new Fixture({ listenMs: 50 });
  const lines = await fixture.listen('card-id:Webcam', 500);
  assert.equal(lines.at(-1), { end: 'time' });
  await using other = new Fixture();
  const { run } = await other.preview.sound('auto');
  const heard: PreviewLine[] = [];
  const running = run((line) => heard.push(line), new AbortController().signal);
  other.preview.stop();
  await running;
  assert.equal(heard.at(-1), { end: 'stopped' });
});

test('what the station records from already is heard through it, by whatever name it is asked for', async () => {
  await using fixture = new Fixture();
  fixture.isLive = true;
  for (const device of ['usb-path:1-1.2', 'card-id:Device', 'hw:0,0', 'auto']) {
    const listening = fixture.listen(device, 1);
    await until('it is followed', () => fixture.observers.size === 1);
    for (const observer of fixture.observers) {
      observer({ rmsDb: [-33, -34], peakDb: [-20, -21], clippedSamples: 7, silent: false, sound: true });
    }
    const lines = await listening;
    assert.equal(lines.slice(0, 2), [
      { in_use_by: 'mic' },
      { rms_db: [-33, -34], peak_db: [-20, -21], clipped_samples: 7 },
    ]);
    assert.is(fixture.observers.size, 0);
  }
});

test('a device that fails says why, once', async () => {
  await using fixture = new Fixture({ soundOf: () => ({ type: 'file', path: '/nowhere.wav', loop: true }) });
  const lines = await fixture.listen('card-id:Webcam', 1);
  assert.is(lines.length, 2);
  assert.match((lines[1] as { error: string }).error, /nowhere/);
});

test('what is not there, is muted or is too much is refused', async () => {
  await using fixture = new Fixture();
  const { preview, muted } = fixture;
  assert.is(await code(preview.sound('card-id:Other')), 'capture.no-device');
  const camera = (device: string) => ({ kind: 'camera', type: 'v4l2', device }) as const;
  const { signal } = new AbortController();
  assert.is(await code(preview.picture(camera('/dev/video9'), signal)), 'capture.no-device');
  muted.microphone = true;
  muted.camera = true;
  assert.is(await code(preview.sound('auto')), 'devices.muted');
  assert.is(await code(preview.picture(camera('auto'), signal)), 'devices.muted');
  muted.microphone = false;
  const gone = new AbortController();
  const open = await Promise.all([preview.sound('card-id:Webcam'), preview.sound('card-id:Webcam')]);
  const running = open.map(({ run }) => run(() => {}, gone.signal));
  assert.is(await code(preview.sound('card-id:Webcam')), 'devices.busy');
  gone.abort();
  await Promise.all(running);
  assert.is((await fixture.listen('card-id:Webcam', 1)).length > 1, true, 'then there is room again');
});

test('a picture is taken of a camera, or through the station where it has that one', async () => {
  await using fixture = new Fixture();
  const { signal } = new AbortController();
  const taken = await fixture.preview.picture({ kind: 'camera', type: 'v4l2', device: 'usb-path:1-1.4' }, signal);
  assert.is(taken.inUseBy, undefined);
  const { width, height } = checkJpeg(Buffer.from(taken.jpeg)) as CheckedJpeg;
  assert.equal([width, height], [640, 480]);
  const through = await fixture.preview.picture({ kind: 'camera', type: 'v4l2', device: 'auto' }, signal);
  assert.is(through.inUseBy, 'door');
  assert.is(Buffer.from(through.jpeg).toString(), 'picture of door');
  assert.equal(childrenOfMine(), []);
});

test('a camera that shows nothing is told so, and who goes meanwhile leaves nothing behind', async () => {
  await using fixture = new Fixture({ pictureOf: () => ({ type: 'file', path: '/nowhere.avi' }) });
  const wish = { kind: 'camera', type: 'v4l2', device: 'usb-path:1-1.4' } as const;
  assert.is(await code(fixture.preview.picture(wish, new AbortController().signal)), 'devices.no-picture');
  await using other = new Fixture();
  const gone = new AbortController();
  const taking = code(other.preview.picture(wish, gone.signal));
  await until('its process runs', () => childrenOfMine().length > 0, 10_000);
  gone.abort();
  assert.is(await taking, 'devices.no-picture');
  assert.equal(childrenOfMine(), []);
});

test('in the program: admins only, and lines that end with who reads them', async () => {
  await using program = await Program.start(`
    source "tone" { type = "test" }
    mount "/stream" { source = "tone" }
    auth { password = "correct horse" }`);
  const headers = { authorization: `Basic ${btoa('me:correct horse')}` };
  const ask = (method: string, path: string, body?: object, more: object = headers): Promise<Response> =>
    fetch(program.url(`/api/devices${path}`), {
      method,
      headers: { ...more },
      ...(body && { body: JSON.stringify(body) }),
    });
  assert.is((await ask('GET', '', undefined, {})).status, 401);
  const list = (await (await ask('GET', '')).json()) as { sound: unknown[]; cameras: unknown[] };
  assert.ok(Array.isArray(list.sound) && Array.isArray(list.cameras));
  for (const wrong of [
    {},
    { kind: 'sound' },
    { kind: 'sound', device: 'plughw:0' },
    { kind: 'camera', device: '/etc/../passwd' },
    { kind: 'camera', type: 'rpicam', index: 1.5 },
  ]) {
    assert.is((await ask('POST', '/preview', wrong)).status, 422, JSON.stringify(wrong));
  }
  const missing = await ask('POST', '/preview', { kind: 'sound', device: 'card-id:NoSuchCard' });
  assert.is(missing.status, 409);
  assert.match(((await missing.json()) as { error: string }).error, /NoSuchCard/);
  assert.is((await ask('DELETE', '/preview')).status, 200);
  if (list.sound.length === 0) return;
  const heard = await ask('POST', '/preview', { kind: 'sound', device: 'auto' });
  assert.is(heard.headers.get('content-type'), 'application/x-ndjson');
  await heard.body?.cancel();
});

/** Ids of child processes of this test. */
function childrenOfMine(): string[] {
  const ids = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim();
  return ids === '' ? [] : ids.split(' ');
}

test.run();
