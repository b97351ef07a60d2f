import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { AudioSource } from '../capture/source.ts';
import { DeviceError } from '../core/errors.ts';
import type { PcmBlock } from '../core/pcm.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { CaptureLoop } from './capture-loop.ts';

const test = suite('capture-loop');
const BLOCK: PcmBlock = { samples: new Int16Array(960), channels: 1 };
const gone = () => new DeviceError('capture.no-device', 'no sound card', { remedy: 'Plug one in.' });

/** A loop over a source whose each reading is one of `rounds`: how many blocks, and how it ends. */
function loopOver(rounds: readonly { blocks: number; error?: Error }[], clock = new FakeClock()) {
  const log = new RecordingLog();
  const states: string[] = [];
  let blocks = 0;
  let opened = 0;
  const source: AudioSource = {
    description: 'a test source',
    async *read() {
      const round = rounds[Math.min(opened++, rounds.length - 1)];
      for (let i = 0; i < (round?.blocks ?? 0); i += 1) {
        yield BLOCK;
        clock.advance(1_000);
      }
      if (round?.error) throw round.error;
    },
  };
  const loop = new CaptureLoop({
    source,
    clock,
    log,
    random: () => 0.5,
    onMedia: () => {
      blocks += 1;
    },
    onState: ({ state, error }) => states.push(error === undefined ? state : `${state} ${error.code}`),
  });
  return { loop, log, states, clock, opened: () => opened, blocks: () => blocks };
}

test('a source that ends in order is over', async () => {
  const { loop, states, blocks } = loopOver([{ blocks: 3 }]);
  await loop.run(new AbortController().signal);
  assert.equal(states, ['opening', 'live', 'ended']);
  assert.is(blocks(), 3);
});

test('a source that fails is tried again after growing pauses, and says so once', async () => {
  const stop = new AbortController();
  const { loop, states, clock, log, opened } = loopOver([{ blocks: 0, error: gone() }]);
  const running = loop.run(stop.signal);
  await clock.run(400);
  assert.is(opened(), 1);
  await clock.run(200);
  assert.is(opened(), 2);
  await clock.run(60_000);
  assert.ok(opened() >= 8 && opened() <= 11, `${opened()} tries`);
  assert.equal(new Set(states), new Set(['opening', 'retrying capture.no-device']));
  assert.is(log.messages('warning').length, 1);
  stop.abort();
  await running;
});

test('after sound for a while the next pause is a short one again, and is told of again', async () => {
  const stop = new AbortController();
  const fail = { blocks: 0, error: gone() };
  const { loop, clock, log, opened } = loopOver([fail, fail, fail, fail, { blocks: 10, error: gone() }, fail]);
  const running = loop.run(stop.signal);
  await clock.run(10_000);
  const before = opened();
  assert.ok(before >= 5);
  assert.is(log.messages('warning').length, 2);
  stop.abort();
  await running;
});

test('a stop ends the wait at once', async () => {
  const stop = new AbortController();
  const { loop, clock } = loopOver([{ blocks: 0, error: gone() }]);
  const running = loop.run(stop.signal);
  await clock.run(10);
  stop.abort();
  await running;
  assert.is(clock.pendingTimers, 0);
});

test.run();
