import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { CameraLease } from './camera-lease.ts';

const test = suite('camera lease');
const turn = () => new Promise((resolve) => setImmediate(resolve));

function camera() {
  const said: string[] = [];
  let onStopped = () => {};
  return {
    said,
    /** Lets a stop that was asked for come to its end. */
    stopped: async () => {
      onStopped();
      await turn();
    },
    start: () => void said.push('start'),
    stop: () => {
      said.push('stop');
      return new Promise<void>((resolve) => {
        onStopped = resolve;
      });
    },
  };
}

test('a camera is opened by the first who holds it and closed a while after the last has gone', async () => {
  const [clock, device] = [new FakeClock(), camera()];
  const lease = new CameraLease({ clock, camera: device }, { idleCloseMs: 10_000, keepOpen: false });
  lease.start();
  await turn();
  assert.equal(device.said, []);
  const [first, second] = [lease.hold(), lease.hold()];
  await turn();
  first();
  first();
  clock.advance(20_000);
  assert.equal(device.said, ['start']);
  second();
  clock.advance(9_000);
  const third = lease.hold();
  clock.advance(9_000);
  third();
  clock.advance(9_999);
  await turn();
  assert.equal(device.said, ['start']);
  clock.advance(1);
  await turn();
  assert.equal(device.said, ['start', 'stop']);
});

test('one that is kept open is never closed', async () => {
  const [clock, device] = [new FakeClock(), camera()];
  const lease = new CameraLease({ clock, camera: device }, { idleCloseMs: 10, keepOpen: true });
  lease.start();
  lease.hold()();
  clock.advance(60_000);
  await turn();
  assert.equal(device.said, ['start']);
});

test('a lock closes it though it is held, and nobody opens it; unlocked, it is open again for those', async () => {
  const [clock, device] = [new FakeClock(), camera()];
  const lease = new CameraLease({ clock, camera: device }, { idleCloseMs: 10, keepOpen: false });
  const release = lease.hold();
  await turn();
  const locked = lease.lock(true);
  lease.hold()();
  await turn();
  assert.equal(device.said, ['start', 'stop']);
  await device.stopped();
  await locked;
  void lease.lock(false);
  await turn();
  assert.equal(device.said, ['start', 'stop', 'start']);
  release();
  clock.advance(10);
  await turn();
  assert.equal(device.said.at(-1), 'stop');
});

test('a camera that is wanted again while it is being closed is opened when it has let go', async () => {
  const [clock, device] = [new FakeClock(), camera()];
  const lease = new CameraLease({ clock, camera: device }, { idleCloseMs: 10, keepOpen: false });
  const release = lease.hold();
  await turn();
  release();
  clock.advance(10);
  await turn();
  lease.hold();
  await turn();
  assert.equal(device.said, ['start', 'stop']);
  await device.stopped();
  assert.equal(device.said, ['start', 'stop', 'start']);
});

test('after its end nothing opens it, and who lets go then leaves no timer behind', async () => {
  const [clock, device] = [new FakeClock(), camera()];
  const lease = new CameraLease({ clock, camera: device }, { idleCloseMs: 10_000, keepOpen: false });
  const [first, second] = [lease.hold(), lease.hold()];
  await turn();
  first();
  const ended = lease[Symbol.asyncDispose]();
  await turn();
  await device.stopped();
  await ended;
  second();
  assert.is(clock.pendingTimers, 0);
  void lease.lock(false);
  lease.hold()();
  await turn();
  assert.equal(device.said, ['start', 'stop']);
  assert.is(clock.pendingTimers, 0);
});

test.run();
