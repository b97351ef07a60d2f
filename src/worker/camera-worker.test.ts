import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Clock, systemClock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import type { Frame, Picture } from '../core/picture.ts';
import type { VideoUnit } from '../core/video-unit.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { until } from '../testkit/until.ts';
import { CameraWorker } from './camera-worker.ts';

const test = suite('camera-worker');
const PROGRAM = [fileURLToPath(new URL('fake-camera.testing.ts', import.meta.url))];

class Fixture implements AsyncDisposable {
  readonly log = new RecordingLog();
  readonly counters = new CounterSet();
  readonly frames: Frame[] = [];
  readonly units: VideoUnit[] = [];
  readonly states: string[] = [];
  readonly worker: CameraWorker;
  topLevel = 90;

  constructor(behaviour: string, sourceTimeoutMs = 10_000, clock: Clock = systemClock) {
    const { log, counters } = this;
    this.worker = new CameraWorker(
      { clock, log, counters, random: () => 0.5 },
      {
        settings: {
          name: behaviour,
          source: { type: 'test', width: 64, height: 48, fps: 10 },
          treatment: { rotate: 0, flip: 'none', masks: [], overlay: 'none' },
        },
        sourceTimeoutMs: () => sourceTimeoutMs,
        program: PROGRAM,
        topLevel: () => this.topLevel,
      },
      {
        onFrame: (frame) => this.frames.push(frame),
        onVideoUnit: (unit) => this.units.push(unit),
        onStatus: () => this.states.push(this.worker.status.state),
      },
    );
  }

  /** A worker that has delivered a frame. */
  static async live(behaviour: string, sourceTimeoutMs?: number): Promise<Fixture> {
    const fixture = new Fixture(behaviour, sourceTimeoutMs);
    fixture.worker.start();
    await until('frames come', () => fixture.frames.length > 0, 20_000);
    return fixture;
  }

  get newest(): Frame {
    return this.frames.at(-1) as Frame;
  }

  /** What the process was told, but for its settings. */
  get commands(): string[] {
    return this.log.messages('debug').map((message) => message.replace(/"settings":\{.*\},/, ''));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.worker.stop();
  }
}

/** The order that the fake process answers with instead of a picture. */
function orderIn(picture: Picture | undefined): Record<string, unknown> {
  return JSON.parse(String(picture?.data)) as Record<string, unknown>;
}

test('it tells of frames, and of their pictures to whoever asks', async () => {
  await using fixture = await Fixture.live('healthy');
  const { worker } = fixture;
  worker.start();
  const frame = fixture.newest;
  assert.equal(frame, { sequence: frame.sequence, ptsUs: frame.sequence * 1000, width: 64, height: 48 });
  fixture.topLevel = 85;
  const [jpeg, small, webp] = await Promise.all([
    worker.encode(frame, { level: 70, width: 0 }),
    worker.encode(frame, { level: 50, width: 32 }),
    worker.encodeStill(frame, { level: 90, width: 0 }, 'webp'),
  ]);
  const { sequence } = frame;
  assert.equal(orderIn(jpeg), {
    ...{ type: 'encode', request: 1, sequence, level: 70, width: 0, format: 'jpeg', topLevel: 85 },
  });
  assert.equal({ ...jpeg, data: 0 }, { ...frame, level: 70, encodeUs: 70, data: 0 });
  assert.equal({ ...small, data: 0 }, { ...frame, width: 32, level: 50, encodeUs: 50, data: 0 });
  assert.is(orderIn(webp)['format'], 'webp');
  assert.is(worker.status.state, 'live');
});

test('frames keep counting up over a crash, and so do counters', async () => {
  await using fixture = await Fixture.live('crash');
  await until('it has crashed twice', () => fixture.worker.status.restarts >= 2 && fixture.frames.length > 10, 20_000);
  assert.equal(
    fixture.frames.map(({ sequence }) => sequence),
    fixture.frames.map((_, i) => i + 1),
  );
  assert.ok((fixture.counters.snapshot()['ticks_total'] ?? 0) >= 8);
});

test('open requests end without a picture when the process dies', async () => {
  await using fixture = await Fixture.live('busy');
  const { worker } = fixture;
  const asked = [worker.encode(fixture.newest, { level: 70, width: 0 })];
  asked.push(worker.encode(fixture.newest, { level: 50, width: 0 }));
  process.kill(worker.pid as number, 'SIGKILL');
  assert.equal(await Promise.all(asked), [undefined, undefined]);
});

test('and when it is stopped, even if another one is started at once', async () => {
  await using fixture = await Fixture.live('busy');
  const { worker } = fixture;
  const asked = worker.encode(fixture.newest, { level: 70, width: 0 });
  const stopping = worker.stop();
  worker.start();
  assert.is(await asked, undefined);
  await stopping;
  const before = fixture.frames.length;
  await until('the other one delivers', () => fixture.frames.length > before, 20_000);
});

test('a frame of a former process makes no picture', async () => {
  await using fixture = await Fixture.live('healthy');
  const { worker } = fixture;
  const old = fixture.newest;
  process.kill(worker.pid as number, 'SIGKILL');
  await until('it is noticed', () => worker.pid === undefined);
  assert.is(await worker.encode(old, { level: 70, width: 0 }), undefined);
  const before = fixture.frames.length;
  await until('the next one delivers', () => fixture.frames.length > before, 20_000);
  assert.is(await worker.encode(old, { level: 70, width: 0 }), undefined);
  const sequence = orderIn(await worker.encode(fixture.newest, { level: 70, width: 0 }))['sequence'] as number;
  assert.ok(sequence >= 1 && sequence < fixture.newest.sequence, 'a process counts from 1');
});

test('an answer without a picture is none', async () => {
  await using fixture = await Fixture.live('empty');
  assert.is(await fixture.worker.encode(fixture.newest, { level: 70, width: 0 }), undefined);
});

test('without a process there are no pictures', async () => {
  const { worker } = new Fixture('healthy');
  const frame = { sequence: 1, ptsUs: 0, width: 64, height: 48 };
  assert.is(await worker.encode(frame, { level: 70, width: 0 }), undefined);
  await worker.stop();
});

test('only so many requests are open at a time', async () => {
  await using fixture = await Fixture.live('busy');
  const { worker } = fixture;
  let refused = 0;
  const ask = () => worker.encode(fixture.newest, { level: 70, width: 0 });
  const open = Array.from({ length: 64 }, ask);
  for (const one of open) void one.then(() => (refused += 1));
  assert.is(await ask(), undefined);
  assert.is(refused, 0);
  await worker.stop();
  assert.ok((await Promise.all(open)).every((picture) => picture === undefined));
});

test('rate and video are told at once, and again to the next process', async () => {
  await using fixture = await Fixture.live('healthy');
  const { worker } = fixture;
  worker.setRate(5);
  worker.setRate(5);
  worker.wantVideo(true);
  await until('it is told', () => fixture.commands.length === 3);
  const wanted = '{"type":"want-video","isWanted":true}';
  assert.equal(fixture.commands, ['{"type":"open","fps":1000}', '{"type":"rate","fps":5}', wanted]);
  process.kill(worker.pid as number, 'SIGKILL');
  await until('the next one is told', () => fixture.commands.length === 5, 20_000);
  assert.equal(fixture.commands.slice(3), ['{"type":"open","fps":5}', wanted]);
  worker.wantVideo(false);
  worker.setRate(Number.POSITIVE_INFINITY);
  process.kill(worker.pid as number, 'SIGKILL');
  await until('another is told', () => fixture.commands.at(-1) === '{"type":"open","fps":1000}', 20_000);
});

test('a camera that delivers no frames any more is replaced after the source timeout', async () => {
  await using fixture = await Fixture.live('blind', 1_000);
  await until('it is found out', () => fixture.states.includes('stalled'), 20_000);
  await until('it says so', () => /no picture for 1 s; started again/.test(fixture.log.messages('warning')[0] ?? ''));
  await until('frames come again', () => fixture.frames.length > 3, 20_000);
});

test('coded pictures come as they are', async () => {
  await using fixture = await Fixture.live('video');
  await until('units come', () => fixture.units.length > 0);
  const { data, ...unit } = fixture.units[0] as VideoUnit;
  assert.equal(unit, { codec: 'h264', ptsUs: 1, durationUs: 20, isKeyframe: true });
  assert.is(String(data), 'unit');
});

test('what it has said before it is told to stop, and is heard later, changes nothing', async () => {
  const fixture = await Fixture.live('chatty');
  const before = fixture.frames.length;
  // It goes on meanwhile, so that there is something to be heard.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  await fixture.worker.stop();
  assert.is(fixture.worker.status.state, 'stopped');
  assert.is(fixture.frames.length, before);
  assert.is(fixture.states.at(-1), 'stopped');
});

test('a camera that has ended in order is not started again', async () => {
  await using fixture = await Fixture.live('done');
  await until('it has ended', () => fixture.worker.pid === undefined, 10_000);
  assert.is(fixture.worker.status.state, 'ended');
  assert.is(fixture.worker.status.restarts, 0);
  assert.is(fixture.frames.length, 5);
});

test('a process that tells of frames and never finishes a picture is replaced', async () => {
  let laterUs = 0;
  const clock: Clock = {
    nowUs: () => systemClock.nowUs() + laterUs,
    after: (ms, fn) => systemClock.after(ms, fn),
  };
  await using fixture = new Fixture('busy', 600_000, clock);
  fixture.worker.start();
  await until('frames come', () => fixture.frames.length > 0, 20_000);
  const picture = fixture.worker.encode(fixture.newest, { level: 70, width: 0 });
  const { pid } = fixture.worker;
  await until('more frames come', () => fixture.frames.length > 10);
  assert.is(fixture.worker.pid, pid);
  laterUs = 61e6;
  assert.is(await picture, undefined);
  await until('another process runs', () => fixture.worker.pid !== undefined && fixture.worker.pid !== pid, 20_000);
  assert.match(fixture.log.messages('warning').join('\n'), /a picture is never finished/);
});

test.run();
