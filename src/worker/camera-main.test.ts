import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parameterSetsOf } from '../capture/camera/annex-b.ts';
import { ffmpeg, makeFilm } from '../capture/camera/camera.testing.ts';
import type { CameraSourceSettings, PictureTreatment } from '../core/camera-settings.ts';
import { systemClock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import type { Frame, Picture } from '../core/picture.ts';
import type { VideoUnit } from '../core/video-unit.ts';
import { type BlockCode, CODE_MODULUS } from '../picture/block-code.ts';
import { checkJpeg } from '../picture/jpeg-info.ts';
import { decodeJpeg } from '../picture/jpeg-turbo.ts';
import { readTestCard, testCardAgeMs } from '../picture/read-test-card.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { until } from '../testkit/until.ts';
import { CameraWorker } from './camera-worker.ts';

const test = suite('camera-main');
const PROGRAM = [fileURLToPath(new URL('camera-main.ts', import.meta.url))];
const TEST_CARD: CameraSourceSettings = { type: 'test', width: 1280, height: 720, fps: 10 };
const UNTREATED: PictureTreatment = { rotate: 0, flip: 'none', masks: [], overlay: 'none' };
const MASKED_TOP: PictureTreatment = { ...UNTREATED, masks: [{ left: 0, top: 0, width: 1, height: 0.2 }] };
const TOP_LEVEL = 90;

const dir = mkdtempSync(join(tmpdir(), 'pipit-camera-main-'));
const motionJpeg = join(dir, 'motion-jpeg.avi');
const h264 = join(dir, 'h264.mp4');
test.before(() => {
  makeFilm(motionJpeg, '320x240', 10, 1, '-c:v', 'mjpeg', '-q:v', '4', '-pix_fmt', 'yuvj420p');
  makeFilm(h264, '320x240', 10, 2, '-c:v', 'libx264', '-g', '5', '-bf', '0', '-pix_fmt', 'yuv420p');
});
test.after(() => rmSync(dir, { recursive: true, force: true }));

/** A worker with the real program. */
class Fixture implements AsyncDisposable {
  readonly log = new RecordingLog();
  readonly counters = new CounterSet();
  readonly frames: Frame[] = [];
  readonly units: VideoUnit[] = [];
  readonly worker: CameraWorker;

  constructor(source: CameraSourceSettings, treatment = UNTREATED) {
    this.worker = new CameraWorker(
      { clock: systemClock, log: this.log, counters: this.counters, random: () => 0.5 },
      {
        settings: { name: 'door', source, treatment },
        sourceTimeoutMs: () => 10_000,
        program: PROGRAM,
        topLevel: () => TOP_LEVEL,
      },
      {
        onFrame: (frame) => this.frames.push(frame),
        onVideoUnit: (unit) => this.units.push(unit),
        onStatus() {},
      },
    );
    this.worker.start();
  }

  /** The next frame that comes. */
  async nextFrame(): Promise<Frame> {
    const before = this.frames.length;
    await until('a frame comes', () => this.frames.length > before, 30_000);
    return this.frames.at(-1) as Frame;
  }

  /** The next frame as a picture. */
  async next(level: number, width = 0): Promise<Picture> {
    const picture = await this.worker.encode(await this.nextFrame(), { level, width });
    if (picture === undefined) throw new Error('there is no picture of the newest frame');
    return picture;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.worker.stop();
  }
}

function qualityOf({ data }: Picture): number | undefined {
  const checked = checkJpeg(data);
  return checked.jpeg === undefined ? undefined : checked.quality;
}

async function codeIn({ data, width, height }: Picture): Promise<BlockCode | undefined> {
  return readTestCard(await decodeJpeg(data, width, height));
}

test('frames come as they are taken, and each as a picture of the level and width asked for', async () => {
  await using camera = new Fixture(TEST_CARD);
  for (const [level, width] of [
    [90, 0],
    [50, 0],
    [90, 640],
    [50, 640],
  ] as const) {
    const picture = await camera.next(level, width);
    const nowUs = systemClock.nowUs();
    assert.equal([picture.width, picture.height], width === 0 ? [1280, 720] : [640, 360]);
    assert.is(qualityOf(picture), level);
    const code = (await codeIn(picture)) as BlockCode;
    // The card counts as the worker does, so this is the very frame that was asked for.
    assert.is(code.frame, picture.sequence);
    assert.is(code.ms, Math.floor(picture.ptsUs / 1000) % CODE_MODULUS);
    const ageMs = testCardAgeMs(code, nowUs);
    assert.ok(ageMs > 0 && ageMs < 3_000, `${ageMs} ms`);
  }
  assert.is(camera.worker.status.state, 'live');
  await until('counters come', () => (camera.counters.snapshot()['pictures_encoded_total'] ?? 0) >= 4);
});

test('what is masked cannot be read from any picture, in any format', async () => {
  await using camera = new Fixture(TEST_CARD, MASKED_TOP);
  for (const [level, width] of [
    [100, 0],
    [50, 640],
    [90, 80],
  ] as const) {
    const picture = await camera.next(level, width);
    assert.is(await codeIn(picture), undefined);
    const { data } = await decodeJpeg(picture.data, picture.width, picture.height);
    const maskedBytes = Math.floor(picture.height * 0.2) * picture.width * 4;
    const masked = data.subarray(0, maskedBytes);
    assert.ok(masked.every((byte, i) => i % 4 === 3 || byte < 40));
    assert.ok(data.subarray(maskedBytes).some((byte, i) => i % 4 !== 3 && byte > 100));
  }
});

test('a process that is killed is replaced, and frames go on counting', async () => {
  await using camera = new Fixture(TEST_CARD);
  const { sequence } = await camera.nextFrame();
  const before = camera.frames.length;
  process.kill(camera.worker.pid as number, 'SIGKILL');
  await until('frames come again', () => camera.frames.length > before + 2, 10_000);
  assert.equal(
    camera.frames.map((frame) => frame.sequence),
    camera.frames.map((_, i) => i + 1),
  );
  const picture = await camera.next(70);
  assert.ok(picture.sequence > sequence);
  const code = (await codeIn(picture)) as BlockCode;
  assert.ok(code.frame < picture.sequence, 'the card of the new process counts from 1');
});

test('it stops in order, also with pictures under way', async () => {
  for (const format of [undefined, 'jpeg', 'avif'] as const) {
    const camera = new Fixture({ ...TEST_CARD, width: 640, height: 360 });
    const frame = await camera.nextFrame();
    const { pid } = camera.worker;
    const asked = format && camera.worker.encodeStill(frame, { level: 50, width: 0 }, format);
    const startedMs = performance.now();
    await camera.worker.stop();
    // Killed it would have been after 1.5 s.
    assert.ok(performance.now() - startedMs < 1_500, `${format}: ${performance.now() - startedMs} ms`);
    assert.throws(() => process.kill(pid as number, 0), /ESRCH/);
    await asked;
  }
});

test('it ends by itself when the main process is gone', async () => {
  const child = spawn(process.execPath, PROGRAM, { stdio: ['ignore', 'ignore', 'inherit', 'pipe'] });
  child.stdio[3]?.destroy();
  const [code] = await once(child, 'exit');
  assert.is(code, 0);
});

test('trouble of its own is told before it ends, and another process tries', async () => {
  await using camera = new Fixture({ type: 'nonsense' } as never);
  await until('it is tried again', () => camera.worker.status.restarts > 0, 20_000);
  assert.match(camera.log.messages('error')[0] ?? '', /^The camera's process cannot go on: /);
  assert.match(camera.log.messages('warning')[0] ?? '', /ended \(exit code 1\)/);
});

test("the JPEGs of a film are the film's own at the top level, and re-encoded below", async () => {
  ffmpeg('-i', motionJpeg, '-c', 'copy', '-f', 'image2', join(dir, 'own-%03d.jpg'));
  const own = readdirSync(dir)
    .filter((name) => name.startsWith('own-'))
    .map((name) => readFileSync(join(dir, name)));
  assert.is(own.length, 10);
  await using camera = new Fixture({ type: 'file', path: motionJpeg });
  const top = await camera.next(TOP_LEVEL);
  assert.ok(own.some((jpeg) => jpeg.equals(top.data)));
  assert.is(top.encodeUs, 0);
  const low = await camera.next(30);
  assert.is(qualityOf(low), 30);
  assert.ok(low.encodeUs > 0);
  assert.not(own.some((jpeg) => jpeg.equals(low.data)));
});

test('a film that is masked is never passed on as it is', async () => {
  await using camera = new Fixture({ type: 'file', path: motionJpeg }, MASKED_TOP);
  const top = await camera.next(TOP_LEVEL);
  assert.ok(top.encodeUs > 0);
  const { data } = await decodeJpeg(top.data, top.width, top.height);
  assert.ok(data.subarray(0, 320 * 40 * 4).every((byte, i) => i % 4 === 3 || byte < 40));
});

test('coded pictures of a film in H.264 come when they are wanted, keyframes marked', async () => {
  await using camera = new Fixture({ type: 'file', path: h264 });
  await camera.nextFrame();
  await camera.nextFrame();
  assert.equal(camera.units, []);
  camera.worker.wantVideo(true);
  await until('units come', () => camera.units.length > 10, 20_000);
  const keyframes = camera.units.flatMap(({ isKeyframe }, i) => (isKeyframe ? [i] : []));
  assert.ok(keyframes.length >= 2);
  assert.is((keyframes[1] as number) - (keyframes[0] as number), 5);
  for (const { isKeyframe, data, codec, durationUs } of camera.units) {
    const { hasSps, hasPps } = parameterSetsOf(data);
    assert.equal([hasSps, hasPps], [isKeyframe, isKeyframe]);
    assert.is(codec, 'h264');
    assert.is(durationUs, 100_000);
  }
  // They are decodable as they come, from a keyframe on.
  const stream = join(dir, 'units.h264');
  const whole = camera.units.slice(keyframes[0]);
  writeFileSync(stream, Buffer.concat(whole.map(({ data }) => data)));
  const pixels = ffmpeg('-i', stream, '-f', 'rawvideo', '-pix_fmt', 'gray', 'pipe:1');
  assert.is(pixels.length, whole.length * 320 * 240);
  camera.worker.wantVideo(false);
  await camera.nextFrame();
  await camera.nextFrame();
  const { length } = camera.units;
  await camera.nextFrame();
  assert.is(camera.units.length, length);
});

test('no coded picture comes of a camera to whose pictures anything is done', async () => {
  await using camera = new Fixture({ type: 'file', path: h264 }, MASKED_TOP);
  camera.worker.wantVideo(true);
  for (let i = 0; i < 8; i += 1) await camera.nextFrame();
  assert.equal(camera.units, []);
});

test.run();
