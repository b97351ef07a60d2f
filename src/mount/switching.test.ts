// deadline: 120 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { overlapOf } from '../core/overlap.ts';
import type { EncoderSettings } from '../core/source-settings.ts';
import { measureJoints, quantile, type StreamJoint } from '../testkit/joint-noise.ts';
import { decoded, jointsOf, type SwitchedStream, strokes, switchedStream } from './switching.testing.ts';

const test = suite('switching rungs');

const SETTINGS: EncoderSettings = {
  channels: 2,
  mp3Quality: 7,
  opusComplexity: 5,
  aacCoder: 'fast',
  flacLevel: 3,
  primeSeconds: 2,
};
const SECONDS = 20;
/** What a joint may be louder than coding noise: that of two windows is seldom just the same. */
const MOST_DB = 5;

const sound = strokes(SECONDS);
const streams = new Map<string, SwitchedStream>();
for (const codec of ['mp3', 'aac'] as const) streams.set(codec, switchedStream(codec, sound, SETTINGS));

for (const codec of ['mp3', 'aac'] as const) {
  const stream = streams.get(codec) as SwitchedStream;

  test(`a listener sent over all pairs of ${codec} rungs hears no joint above the noise of coding`, async () => {
    const joints = jointsOf(codec, stream.route);
    assert.ok(joints.length >= 100, `${joints.length} changes`);
    assert.is(new Set(joints.map(({ from, to }) => `${from} ${to}`)).size, 12, 'pairs of rungs');
    assert.ok(stream.route.length > (SECONDS - 0.5) * (codec === 'mp3' ? 41.6 : 46.8), 'it got everything');
    const { excessDb, nearDb, elsewhereDb } = measureJoints(await decoded(codec, sound, stream), joints);
    for (const [i, db] of excessDb.entries()) {
      assert.ok(db < MOST_DB, `${JSON.stringify(joints[i])}: ${db.toFixed(1)} dB above coding noise`);
    }
    for (const share of [0.999, 1]) {
      const [near, usual] = [quantile(nearDb, share), quantile(elsewhereDb, share)];
      assert.ok(near < usual + 1, `at joints ${near.toFixed(1)} dB, elsewhere ${usual.toFixed(1)} dB`);
    }
  });

  test(`what the measure says of an ${codec} stream that was cut a frame too far`, async () => {
    const joints = jointsOf(codec, stream.route);
    const cut = stream.route.map((rung, k) => {
      const isJoint = k > 0 && stream.route[k - 1] !== rung;
      return stream.frames[rung]?.[isJoint ? k + 1 : k] ?? new Uint8Array(0);
    });
    const { excessDb } = measureJoints(await decoded(codec, sound, stream, Buffer.concat(cut)), joints);
    const heard = excessDb.filter((db) => db > MOST_DB).length;
    assert.ok(heard > 0.9 * joints.length, `${heard} of ${joints.length} found`);
  });
}

const [EFFORT, SAVING] = [
  { ...SETTINGS, mp3Quality: 3, aacCoder: 'twoloop' },
  { ...SETTINGS, mp3Quality: 7, aacCoder: 'fast' },
] as const;

for (const codec of ['mp3', 'aac'] as const) {
  test(`a change of effort of ${codec} is not a click either`, async () => {
    const some = sound.subarray(0, 8 * 96_000);
    const steady = [EFFORT, SAVING].map((settings) => switchedStream(codec, some, settings));
    const changes: number[] = [];
    const changed = switchedStream(codec, some, EFFORT, (ladder, frames) => {
      if (frames === 0) return;
      changes.push(frames);
      ladder.setEffort(changes.length % 2 === 1 ? SAVING : EFFORT);
    });
    const size = codec === 'mp3' ? 1152 : 1024;
    const joints = changes.map((frames, i) => ({ at: (frames - changed.begun) * size, from: i % 2, to: 1 - (i % 2) }));
    assert.ok(joints.length >= 7);
    const rung = 1;
    const whole = steady.map(({ frames }) => frames[rung] ?? []);
    const heard = await decoded(
      codec,
      some,
      { ...changed, frames: whole },
      Buffer.concat([...(changed.frames[rung] ?? [])]),
    );
    const { excessDb } = measureJoints(heard, joints);
    // AAC's rate control goes by what it has seen, and a new encoder has seen less: some noise, but no click.
    const most = codec === 'mp3' ? MOST_DB : MOST_DB + 5;
    assert.ok(
      excessDb.every((db) => db < most),
      excessDb.map((db) => db.toFixed(1)).join(' '),
    );
  });
}

test('where windows do not fit a joint is loud, which is why listeners are not sent over there', async () => {
  const stream = streams.get('mp3') as SwitchedStream;
  const endOf = (rung: number, k: number) => overlapOf('mp3', stream.frames[rung]?.[k] ?? new Uint8Array(0));
  // Between 128 and 256 kbit/s, to and fro, wherever they differ and a few frames have passed.
  const joints: StreamJoint[] = [];
  let [now, last] = [1, 0];
  const frames = stream.route.map((_, k) => {
    if (k > last + 4 && endOf(1, k - 1) !== endOf(2, k - 1)) {
      const to = 3 - now;
      joints.push({ at: k * 1152, from: now, to });
      [now, last] = [to, k];
    }
    return stream.frames[now]?.[k] ?? new Uint8Array(0);
  });
  assert.ok(joints.length >= 10, `${joints.length} such places`);
  const { excessDb } = measureJoints(await decoded('mp3', sound, stream, Buffer.concat(frames)), joints);
  const heard = excessDb.filter((db) => db > MOST_DB).length;
  assert.ok(heard > joints.length / 2, excessDb.map((db) => db.toFixed(1)).join(' '));
});

test.run();
