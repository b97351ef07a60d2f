import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../core/errors.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { type Muted, MuteState } from './mute-state.ts';

const test = suite<{ directory: string }>('mute state');

test.before.each((context) => {
  context.directory = mkdtempSync(join(tmpdir(), 'pipit-mute-'));
});
test.after.each(({ directory }) => {
  chmodSync(directory, 0o700);
  rmSync(directory, { recursive: true });
});

function open(directory: string): { state: MuteState; log: RecordingLog; changes: Muted[] } {
  const log = new RecordingLog();
  const state = new MuteState({ log }, join(directory, 'data', 'mute.json'));
  const changes: Muted[] = [];
  state.onChange = (muted) => changes.push(muted);
  state.load();
  return { state, log, changes };
}

test('nothing is muted at first; what is muted stays so over a restart', ({ directory }) => {
  const first = open(directory);
  assert.equal(first.state.muted, { camera: false, microphone: false });
  first.state.set({ camera: true });
  assert.equal(first.changes, [{ camera: true, microphone: false }]);
  assert.equal(open(directory).state.muted, { camera: true, microphone: false });
  open(directory).state.set({ microphone: true });
  open(directory).state.set({ camera: false });
  assert.equal(open(directory).state.muted, { camera: false, microphone: true });
});

test('setting what is so already writes nothing', ({ directory }) => {
  const { state, changes } = open(directory);
  state.set({ camera: false });
  assert.equal(changes, []);
  assert.throws(() => readFileSync(join(directory, 'data', 'mute.json')));
});

test('a damaged file mutes both, and says so', ({ directory }) => {
  mkdirSync(join(directory, 'data'));
  for (const text of ['', '{"camera":tr', '{"camera":1,"microphone":false}', '[]', 'null']) {
    writeFileSync(join(directory, 'data', 'mute.json'), text);
    const { state, log } = open(directory);
    assert.equal(state.muted, { camera: true, microphone: true }, text);
    assert.is(log.lines.length, 1);
  }
});

test('where nothing can be written, muting takes effect and unmuting does not', ({ directory }) => {
  const { state, changes } = open(directory);
  state.set({ microphone: true });
  // A directory in the place of the new file: writing fails for every user, root as well.
  mkdirSync(join(directory, 'data', 'mute.json.new'));
  assert.throws(
    () => state.set({ camera: true, microphone: false }),
    (error: unknown) => error instanceof DeviceError && error.code === 'privacy.not-kept',
  );
  assert.equal(state.muted, { camera: true, microphone: true });
  assert.equal(changes.at(-1), { camera: true, microphone: true });
  assert.equal(open(directory).state.muted, { camera: false, microphone: true });
});

test('what could not be written leaves nothing behind', ({ directory }) => {
  // A directory in the place of the file itself: the new one is whole and can not take its place.
  mkdirSync(join(directory, 'data', 'mute.json'), { recursive: true });
  const { state } = open(directory);
  assert.throws(() => state.set({ camera: false }), /can't be written/);
  assert.equal(readdirSync(join(directory, 'data')), ['mute.json']);
});

test.run();
