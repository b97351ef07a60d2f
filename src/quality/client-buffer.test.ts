import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rungNamed } from '../core/rung.ts';
import { ClientBuffer } from './client-buffer.ts';
import { Sends } from './client-buffer-sends.ts';
import type { ListenerSight } from './listener-sight.ts';

const test = suite('client buffer');

const RESUME_US = 1_500_000;

/** Of a stream of which `sentS` has been sent and `arrivedS` has arrived by `atS`. */
function look(buffer: ClientBuffer, atS: number, arrivedS: number, more: Partial<ListenerSight> = {}): void {
  const sight: ListenerSight = {
    nowUs: atS * 1e6,
    sentBytes: 0,
    acknowledgedBytes: 0,
    asOfUs: atS * 1e6,
    sentMediaUs: arrivedS * 1e6,
    lagUs: 0,
    isBlocked: false,
    rung: rungNamed('mp3@128') as ListenerSight['rung'],
    boxKbps: Number.POSITIVE_INFINITY,
    isBoxCalm: true,
    ...more,
  };
  buffer.observe(sight, atS * 1e6, arrivedS * 1e6, RESUME_US);
}

test('a player begins when two seconds have arrived, or the burst if that is less', () => {
  const buffer = new ClientBuffer({ burstS: 10 });
  look(buffer, 0, 1.5);
  assert.is(buffer.isPlaying, false);
  look(buffer, 0.1, 2.5);
  assert.is(buffer.isPlaying, true);
  const short = new ClientBuffer({ burstS: 1 });
  look(short, 0, 1);
  assert.is(short.isPlaying, true);
});

test('what is in hand is what has arrived less what was played', () => {
  const buffer = new ClientBuffer({ burstS: 10 });
  look(buffer, 0, 10);
  look(buffer, 4, 11);
  assert.is(buffer.seconds, 7);
});

test('with the sound on its way and the sound in the ring it is what it can have at most', () => {
  const buffer = new ClientBuffer({ burstS: 10 });
  look(buffer, 0, 10);
  look(buffer, 4, 11, { sentMediaUs: 12e6, lagUs: 2e6 });
  assert.is(buffer.mostSeconds, 10);
});

test('when it runs dry, that is a stall until enough is there again; then it can have more', () => {
  const buffer = new ClientBuffer({ burstS: 2 });
  look(buffer, 0, 2);
  look(buffer, 5, 2, { lagUs: 5e6 });
  assert.equal([buffer.seconds, buffer.stalls, buffer.isPlaying], [0, 1, false]);
  assert.is(buffer.stalledSeconds, 3);
  look(buffer, 5.5, 3, { lagUs: 4.5e6 });
  assert.is(buffer.isPlaying, false);
  look(buffer, 6, 8, { lagUs: 0 });
  assert.is(buffer.isPlaying, true);
  assert.is(buffer.stalledSeconds, 4);
  assert.ok(buffer.mostSeconds > 5, `${buffer.mostSeconds}`);
});

test('a player that takes nothing because it is paused does not stall', () => {
  const buffer = new ClientBuffer({ burstS: 2 });
  look(buffer, 0, 2);
  look(buffer, 60, 2, { isReceiverLimited: true });
  assert.equal([buffer.stalls, buffer.stalledSeconds], [0, 0]);
});

test('bytes become sound by what was sent when, whatever the rung was', () => {
  const sends = new Sends();
  sends.note(0, 0, 0);
  sends.note(1e6, 16_000, 1e6);
  sends.note(2e6, 24_000, 2e6);
  assert.is(sends.mediaUsOf(8_000), 500_000);
  assert.is(sends.mediaUsOf(20_000), 1_500_000);
  assert.is(sends.mediaUsOf(24_000), 2e6);
  assert.is(sends.bytesBy(1.5e6), 16_000);
  assert.is(sends.bytesBy(-1), 0);
});

test('however many sends there are, what it says of them lies between those that it knows', () => {
  const send = fc.record({
    bytes: fc.nat({ max: 50_000 }),
    mediaMs: fc.nat({ max: 1000 }),
    arrived: fc.nat({ max: 100 }),
  });
  fc.assert(
    fc.property(fc.array(send, { minLength: 1, maxLength: 120 }), (all) => {
      const sends = new Sends();
      let bytes = 0;
      let mediaUs = 0;
      let arrived = 0;
      let before = 0;
      for (const [i, each] of all.entries()) {
        bytes += each.bytes;
        mediaUs += each.bytes > 0 ? each.mediaMs * 1000 : 0;
        sends.note(i * 1e5, bytes, mediaUs);
        arrived += Math.floor(((bytes - arrived) * each.arrived) / 100);
        const arrivedUs = sends.mediaUsOf(arrived);
        assert.ok(arrivedUs >= 0 && arrivedUs <= mediaUs);
        if (arrived === bytes && each.bytes > 0) assert.is(arrivedUs, mediaUs);
        assert.ok(sends.bytesBy(i * 1e5) <= bytes);
        assert.ok(sends.bytesBy(i * 1e5 - 1) >= 0);
        before = arrivedUs;
        sends.forget(arrived, i * 1e5 - 1e6);
        assert.ok(Math.abs(sends.mediaUsOf(arrived) - before) < 1);
      }
    }),
  );
});

test.run();
