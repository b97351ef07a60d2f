// deadline: 60 s
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CounterSet } from '../core/counters.ts';
import { SAMPLE_RATE } from '../core/pcm.ts';
import { type Rung, rungNamed } from '../core/rung.ts';
import { ffmpegEncoders } from '../encode/ffmpeg-encoder.ts';
import { Ladder } from '../encode/ladder.ts';
import { Timeline } from '../encode/timeline.ts';
import { framingFor } from '../mount/framing.ts';
import { Ring } from '../ring/ring.ts';
import { decodeAudio, toneDb } from '../testkit/decode-audio.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { clipName, isClipName } from './clip-name.ts';
import type { ClipSource } from './clip-source.ts';
import { type ClipLimits, ClipStore } from './clip-store.ts';

const test = suite('clip store');
const MIB = 1024 * 1024;
const ENCODER = {
  channels: 2,
  mp3Quality: 9,
  opusComplexity: 0,
  aacCoder: 'fast',
  flacLevel: 0,
  primeSeconds: 0,
} as const;
const dir = mkdtempSync(join(tmpdir(), 'pipit-clips-'));
test.after(() => rmSync(dir, { recursive: true }));
let directories = 0;

/** A ring with a tone on that rung whose pitch says when it is: 400 Hz, and 100 more after each second of 20. */
function recorded(name: string, seconds: number, sizeBytes = 8 * MIB): ClipSource {
  const rung = rungNamed(name) as Rung;
  const ring = new Ring({ sizeBytes });
  const framing = framingFor(rung.codec, 77);
  using ladder = new Ladder(
    {
      log: new RecordingLog(),
      counters: new CounterSet(),
      timeline: new Timeline({ clock: new FakeClock() }),
      encoders: ffmpegEncoders,
    },
    {
      encoder: ENCODER,
      onUnit(unit) {
        const framed = framing.frame(unit);
        if (framed !== undefined) ring.append(rung, framed);
      },
      onRung: (_, config) => config.length > 0 && framing.configure(config),
    },
  );
  ladder.want([rung]);
  const block = SAMPLE_RATE / 10;
  for (let at = 0; at < seconds * SAMPLE_RATE; at += block) {
    const hz = 400 + 100 * Math.floor(at / (20 * SAMPLE_RATE));
    const samples = Int16Array.from(
      { length: block * 2 },
      (_, i) => 8000 * Math.sin((2 * Math.PI * hz * (at + (i >> 1))) / SAMPLE_RATE),
    );
    ladder.append({ samples, channels: 2, ptsUs: (at * 1e6) / SAMPLE_RATE });
  }
  return { rung, track: ring.track(rung), header: framing.header };
}

function storeOf(source: ClipSource | undefined, limits?: Partial<ClipLimits>, now = new Date(2026, 10, 21, 14, 5, 9)) {
  directories += 1;
  const directory = join(dir, `clips-${directories}`);
  const log = new RecordingLog();
  const store = new ClipStore(
    {
      log,
      wallTime: () => now,
      sourceOf: (mount) => (mount === '/stream' ? source : undefined),
      stationName: () => 'Garten & Hühner',
    },
    directory,
    { maxClips: 100, maxBytes: 200 * MIB, leaveFreeBytes: 0, ...limits },
  );
  return { store, directory, log };
}

/** What ffmpeg says of a file, warnings included. */
function complaintsOf(path: string): string[] {
  const run = spawnSync('ffmpeg', ['-v', 'warning', '-i', path, '-f', 'null', '-'], { encoding: 'utf8' });
  return run.stderr.split('\n').filter((line) => line !== '');
}

async function code(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'nothing was thrown',
    (error) => error.code,
  );
}

for (const [name, isLengthKnown] of [
  ['mp3@128', true],
  ['mp3@64', true],
  ['opus@64', true],
  ['flac@lossless', true],
  // ADTS has no place for a length.
  ['aac@128', false],
] as const) {
  test(`the last seconds of ${name} become a file that ffmpeg reads without a warning`, async () => {
    const { store } = storeOf(recorded(name, 45));
    const { name: file, seconds } = await store.save('/stream', 10);
    assert.ok(Math.abs(seconds - 10) < 0.25, `${seconds} s`);
    const complaints = complaintsOf(store.pathOf(file)).filter(
      (line) => isLengthKnown || !/Estimating duration/.test(line),
    );
    assert.equal(complaints, []);
    const probe = ['-v', 'error', '-show_entries', 'format=start_time,duration', '-of', 'csv=p=0', store.pathOf(file)];
    const [start, duration] = spawnSync('ffprobe', probe, { encoding: 'utf8' }).stdout.split(',').map(Number) as [
      number,
      number,
    ];
    if (isLengthKnown) assert.ok(start < 0.1, `it starts at ${start} s`);
    assert.ok(Math.abs(duration - seconds) < (isLengthKnown ? 0.15 : 1), `${duration} s of ${seconds}`);
    const audio = await decodeAudio(readFileSync(store.pathOf(file)), { channels: 2, isStrict: true });
    assert.ok(Math.abs(audio.samples.length / 96_000 - seconds) < 0.15);
    // From second 35 to 45: 500 Hz, then 600 Hz.
    const half = audio.samples.length / 4;
    const [before, after] = [
      audio.samples.subarray(0, 2 * Math.floor(half * 0.9)),
      audio.samples.subarray(2 * Math.ceil(half * 1.1)),
    ];
    assert.ok(toneDb({ samples: before, channels: 2 }, 0, 500) > -16, 'its first half');
    assert.ok(toneDb({ samples: after, channels: 2 }, 1, 600) > -16, 'its second half');
  });
}

test('clips that were saved before the clock was set are put right, and older ones left alone', async () => {
  const { store, directory, log } = storeOf(recorded('mp3@64', 4));
  const saved = new Date(2026, 10, 21, 14, 5, 9);
  mkdirSync(directory);
  const old = 'garten-huhner-2025-01-02_03-04-05.mp3';
  writeFileSync(join(directory, old), 'from another run');
  const { name } = await store.save('/stream', 2);
  await store.save('/stream', 3);
  const byMs = new Date(2028, 1, 29, 8, 0, 0).getTime() - saved.getTime();
  const step = { fromMs: saved.getTime() - 60_000, toMs: saved.getTime() + 60_000, byMs };
  await store.moveBy(step);
  const [newer, right] = ['garten-huhner-2028-02-29_08-00-00_2.mp3', 'garten-huhner-2028-02-29_08-00-00.mp3'];
  assert.equal(readdirSync(directory).sort(), [old, right, newer].sort());
  assert.is((await store.find(right))?.savedMs, saved.getTime() + byMs);
  assert.is(await store.find(name), undefined);
  // And back, beside one that was deleted meanwhile.
  await store.delete(newer);
  await store.moveBy({ fromMs: step.fromMs + byMs, toMs: step.toMs + byMs, byMs: -byMs });
  assert.equal(readdirSync(directory).sort(), [old, name].sort());
  assert.equal(log.messages('warning'), []);
});

test('a file is named after the station and the time, and two of one second differ', async () => {
  const { store, directory, log } = storeOf(recorded('mp3@64', 4));
  const [one, other] = await Promise.all([store.save('/stream', 2), store.save('/stream', 3)]);
  assert.is(one.name, 'garten-huhner-2026-11-21_14-05-09.mp3');
  assert.is(other.name, 'garten-huhner-2026-11-21_14-05-09_2.mp3');
  assert.equal(readdirSync(directory).sort(), [one.name, other.name].sort());
  assert.equal(
    (await store.list()).map(({ name }) => name),
    [other.name, one.name],
  );
  assert.is(log.messages('info').length, 2);
});

test('where there is less of the past than asked for, all of it is saved', async () => {
  const { store } = storeOf(recorded('mp3@128', 3));
  assert.ok(Math.abs((await store.save('/stream', 600)).seconds - 3) < 0.2);
});

test('what the ring lets go of while it waits to be written is saved all the same', async () => {
  const source = recorded('mp3@320', 20, MIB);
  const { store } = storeOf(source);
  const saving = store.save('/stream', 20);
  const { track } = source as unknown as { track: { evict(): void } };
  for (let i = 0; i < 100; i += 1) track.evict();
  const { name, seconds } = await saving;
  assert.ok(seconds > 15);
  const audio = await decodeAudio(readFileSync(store.pathOf(name)), { channels: 2, isStrict: true });
  assert.equal(complaintsOf(store.pathOf(name)), []);
  assert.ok(Math.abs(audio.samples.length / 96_000 - seconds) < 0.1);
});

test('the oldest give way to the newest, by number and by bytes', async () => {
  for (const limits of [{ maxClips: 3 }, { maxBytes: 3 * 20_000 + 64 * 1024 }]) {
    const { store } = storeOf(recorded('mp3@64', 4), limits);
    const names: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      const { name } = await store.save('/stream', 2);
      names.push(name);
      const time = new Date(2020, 0, 1 + i);
      utimesSync(store.pathOf(name), time, time);
    }
    assert.equal(
      (await store.list()).map(({ name }) => name),
      names.slice(2).reverse(),
      JSON.stringify(limits),
    );
  }
});

test('what cannot be saved is refused with a reason, and leaves nothing behind', async () => {
  const source = recorded('mp3@64', 4);
  assert.is(await code(storeOf(source).store.save('/other', 5)), 'clips.unknown-mount');
  const empty = { ...source, track: new Ring({ sizeBytes: MIB }).track(source.rung) };
  assert.is(await code(storeOf(empty).store.save('/stream', 5)), 'clips.nothing');
  const full = storeOf(source, { leaveFreeBytes: Number.MAX_SAFE_INTEGER });
  assert.is(await code(full.store.save('/stream', 5)), 'clips.full');
  assert.equal(readdirSync(full.directory), []);
  const { store, directory } = storeOf(source);
  writeFileSync(directory, 'a file where the directory should be');
  assert.is(await code(store.save('/stream', 5)), 'clips.write');
  rmSync(directory);
  assert.ok((await store.save('/stream', 1)).name, 'and later it works');
});

test('whoever asks too often is told to wait', async () => {
  const { store } = storeOf(recorded('mp3@64', 4));
  const codes = await Promise.all(Array.from({ length: 10 }, () => code(store.save('/stream', 2))));
  assert.is(codes.filter((one) => one === 'clips.busy').length, 6);
  assert.is((await store.list()).length, 4);
});

test('what a loss of power left incomplete is gone after a start, and only that', async () => {
  const { store, directory } = storeOf(recorded('mp3@64', 4));
  const { name } = await store.save('/stream', 2);
  writeFileSync(join(directory, 'pipit-2026-11-21_10-00-00.mp3.part'), 'half');
  writeFileSync(join(directory, 'notes.txt'), 'of somebody');
  await store.start();
  assert.equal(readdirSync(directory).sort(), [name, 'notes.txt'].sort());
  await storeOf(undefined).store.start();
});

test('a clip is found and deleted by its name, and nothing else is', async () => {
  const { store, directory } = storeOf(recorded('mp3@64', 4));
  const { name } = await store.save('/stream', 2);
  writeFileSync(join(dir, 'secret.mp3'), 'secret');
  mkdirSync(join(directory, 'folder.mp3'));
  for (const wrong of [
    '../secret.mp3',
    'secret.mp3',
    'folder.mp3',
    `${name}.part`,
    '',
    '.mp3',
    `./${name}`,
    `${name}\0`,
  ]) {
    assert.is(await store.find(wrong), undefined, wrong);
    assert.not(await store.delete(wrong), wrong);
  }
  assert.is((await store.find(name))?.bytes, readFileSync(store.pathOf(name)).length);
  assert.ok(await store.delete(name));
  assert.not(await store.delete(name));
  assert.ok(existsSync(join(dir, 'secret.mp3')));
});

test('a link in the directory leads nowhere', async () => {
  const { store, directory } = storeOf(recorded('mp3@64', 4));
  await store.save('/stream', 2);
  writeFileSync(join(dir, 'outside.mp3'), 'secret');
  symlinkSync(join(dir, 'outside.mp3'), join(directory, 'link.mp3'));
  assert.is(await store.find('link.mp3'), undefined);
});

test('whatever a station is called, the name is one of a clip and stays in its directory', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }),
      (station, date) => {
        const name = clipName(station, date, 'opus', () => false);
        assert.ok(isClipName(name), name);
      },
    ),
  );
});

test.run();
