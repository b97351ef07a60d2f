import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CounterSet } from '../core/counters.ts';
import { nearestRung, type Rung } from '../core/rung.ts';
import { Ring } from '../ring/ring.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { Broadcaster, type BroadcasterOptions } from './broadcaster.ts';
import type { Listener } from './listener.ts';
import type { Sink } from './sink.ts';

const test = suite('broadcaster');
const mp3 = nearestRung('mp3', 128);
const low = nearestRung('mp3', 64);
const opus = nearestRung('opus', 128);
const UNIT_US = 20_000;
const UNIT_BYTES = 100;

const OPTIONS: BroadcasterOptions = {
  chunkBytes: 2_000,
  maxChunkDelayMs: 500,
  lingerMs: 5_000,
  sleepHighMs: 1,
  sleepMediumMs: 5,
  sleepLowMs: 10,
  maxLagMs: 10_000,
  resumeSeconds: 2,
  stallTimeoutMs: 30_000,
};

/** A connection whose network takes bytes only while it is open. */
class FakeConnection implements Sink {
  onDrain = (): void => {};
  onClose = (): void => {};
  isOpen = true;
  isClosed = false;
  readonly writes: Uint8Array[] = [];

  write(bytes: Uint8Array): boolean {
    assert.not(this.isClosed, 'written to after it was closed');
    this.writes.push(bytes);
    return this.isOpen;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.onClose();
  }

  open(): void {
    this.isOpen = true;
    this.onDrain();
  }

  /** Numbers of the units that it was sent (each unit's bytes all hold its number). */
  get units(): number[] {
    const bytes = Buffer.concat(this.writes);
    assert.is(bytes.length % UNIT_BYTES, 0, 'a unit was torn');
    const numbers: number[] = [];
    for (let at = 0; at < bytes.length; at += UNIT_BYTES) {
      const number = bytes.readUInt32BE(at);
      for (let k = 0; k < UNIT_BYTES; k += 4) assert.is(bytes.readUInt32BE(at + k), number, 'a unit was torn');
      numbers.push(number);
    }
    return numbers;
  }
}

class Station {
  readonly clock = new FakeClock();
  readonly log = new RecordingLog();
  readonly counters = new CounterSet();
  readonly ring: Ring;
  readonly demands: string[][] = [];
  readonly headers = new Map<Rung, Uint8Array>();
  readonly broadcaster: Broadcaster;
  #number = 0;
  #connections = 0;

  constructor(options: Partial<BroadcasterOptions> = {}, sizeBytes = 1024 * 1024) {
    this.ring = new Ring({ sizeBytes });
    const { ring, clock, log, counters } = this;
    this.broadcaster = new Broadcaster(
      {
        ring,
        clock,
        log,
        counters,
        headerOf: (rung) => this.headers.get(rung),
        onDemand: (rungs) => this.demands.push(rungs.map((rung) => rung.name)),
      },
      { ...OPTIONS, ...options },
    );
  }

  /** Lets a source run for that long, in real time, on these rungs. */
  play(ms: number, rungs: readonly Rung[] = [mp3]): void {
    for (let at = 0; at < ms * 1000; at += UNIT_US) {
      const bytes = Buffer.alloc(UNIT_BYTES);
      for (let k = 0; k < UNIT_BYTES; k += 4) bytes.writeUInt32BE(this.#number, k);
      const ptsUs = this.#number * UNIT_US;
      for (const rung of rungs) this.broadcaster.append(rung, { ptsUs, durationUs: UNIT_US, sync: true, bytes });
      this.#number += 1;
      this.clock.advance(UNIT_US / 1000);
    }
  }

  join(burstSeconds = 0, rung = mp3, allowanceBytes?: number): { listener: Listener; connection: FakeConnection } {
    const connection = new FakeConnection();
    const info = { id: ++this.#connections, address: '127.0.0.1', userAgent: 'test', quality: 'auto' as const };
    const listener = this.broadcaster.join({ info, sink: connection, rung, burstSeconds, allowanceBytes });
    return { listener, connection };
  }

  /** Makes the rung wanted, so that what is played is its present. */
  warm(rung = mp3): void {
    const { connection } = this.join(0, rung);
    this.play(20, [rung]);
    connection.close();
  }
}

/** A mono frame without its sound, whose last block is long or short (ISO 11172-3, 2.4.1.7). */
function mp3Frame(endsShort: boolean): Uint8Array {
  const bytes = Uint8Array.of(0xff, 0xfb, 0x94, 0xc0, ...new Uint8Array(17));
  const at = 32 + 18 + 59 + 33;
  for (const bit of endsShort ? [at, at + 1] : []) bytes[bit >> 3] = (bytes[bit >> 3] as number) | (0x80 >> (bit & 7));
  return bytes;
}

function consecutive(numbers: readonly number[]): boolean {
  return numbers.every((number, i) => i === 0 || number === (numbers[i - 1] as number) + 1);
}

test('a new listener gets the seconds of the past that it asked for before anything else happens', () => {
  const station = new Station({ chunkBytes: 100_000 });
  station.warm();
  station.play(4_000);
  const { connection } = station.join(2);
  const units = connection.units;
  assert.ok(units.length >= 75 && units.length <= 101, `${units.length} units`);
  assert.ok(consecutive(units));
});

test('a listener of a rung that nobody had wanted waits for its first unit and gets that at once', () => {
  const station = new Station({ maxChunkDelayMs: 60_000 });
  const { connection } = station.join(2);
  assert.equal(station.demands.at(-1), ['mp3@128']);
  station.clock.advance(1_000);
  assert.is(connection.writes.length, 0);
  station.play(40);
  assert.ok(connection.units.length >= 1);
});

test('what a rung held from an earlier demand is not played to a listener that comes later', () => {
  const station = new Station();
  const { connection: early } = station.join();
  station.play(1_000);
  early.close();
  station.clock.advance(60_000);
  assert.equal(station.demands.at(-1), []);
  const { connection } = station.join(5);
  assert.is(connection.writes.length, 0);
});

test('headers come before the first unit, wherever a listener joins', () => {
  const station = new Station();
  station.headers.set(opus, Buffer.from('HEADER'));
  const first = station.join(0, opus);
  station.play(2_000, [opus]);
  const second = station.join(1, opus);
  for (const { connection } of [first, second])
    assert.equal(Buffer.from(connection.writes[0] as Uint8Array).toString(), 'HEADER');
});

test('units are gathered into chunks of the size asked for', () => {
  const station = new Station({ chunkBytes: 1_000, maxChunkDelayMs: 60_000 });
  station.warm();
  const { connection } = station.join();
  station.play(2_000);
  assert.ok(connection.writes.length >= 8);
  for (const bytes of connection.writes.slice(1)) assert.is(bytes.length, 1_000);
});

test('a chunk that does not fill up is sent when its time has come', () => {
  const station = new Station({ chunkBytes: 1_000_000, maxChunkDelayMs: 200 });
  station.warm();
  const { connection } = station.join();
  station.play(2_100);
  assert.ok(connection.writes.length >= 9 && connection.writes.length <= 11, `${connection.writes.length} writes`);
});

test('a published chunk leaves in one write, also when its last unit exceeds the size', () => {
  const station = new Station({ chunkBytes: 1_050, maxChunkDelayMs: 60_000 }, 16 * 1024 * 1024);
  station.warm();
  const { connection } = station.join();
  station.play(3_000);
  assert.ok(connection.writes.length >= 10);
  for (const bytes of connection.writes.slice(1)) assert.is(bytes.length, 1_100);
});

test('listeners at the live edge are sent one and the same view', () => {
  const station = new Station();
  station.warm();
  const connections = Array.from({ length: 450 }, () => station.join().connection);
  station.play(1_200);
  // The last sweep may still be under way.
  station.clock.advance(1_000);
  const [first] = connections;
  for (const { writes } of connections) {
    assert.is(writes.length, first?.writes.length);
    writes.forEach((bytes, i) => void assert.is(bytes, first?.writes[i]));
  }
});

test('a large audience is served in slices over a quarter of the time between two chunks, each at its own rhythm', () => {
  const station = new Station({ chunkBytes: 1e9, maxChunkDelayMs: 1_000 });
  station.warm();
  const connections = Array.from({ length: 2_000 }, () => station.join().connection);
  const last = connections.at(-1) as FakeConnection;
  station.play(3_000);
  const first = connections[0] as FakeConnection;
  const times: Record<'first' | 'last', number[]> = { first: [], last: [] };
  for (let ms = 0; ms < 3_000; ms += 20) {
    const before = [first.writes.length, last.writes.length];
    station.play(20);
    if (first.writes.length > (before[0] as number)) times.first.push(ms);
    if (last.writes.length > (before[1] as number)) times.last.push(ms);
  }
  const gaps = (list: number[]) => list.slice(1).map((time, i) => time - (list[i] as number));
  for (const gap of [...gaps(times.first), ...gaps(times.last)]) assert.ok(Math.abs(gap - 1_000) <= 60, `${gap} ms`);
  const behind = ((times.last[0] as number) - (times.first[0] as number) + 1_000) % 1_000;
  assert.ok(behind > 130 && behind <= 300, `the last is ${behind} ms behind the first`);
  for (const { units } of [first, last]) assert.ok(consecutive(units));
});

test('a connection that takes nothing is left alone until it drains, and loses nothing within the allowed lag', () => {
  const station = new Station();
  station.warm();
  const { connection, listener } = station.join();
  station.play(1_000);
  connection.isOpen = false;
  station.play(5_000);
  const pending = connection.writes.length;
  assert.ok(listener.isBlocked);
  station.play(1_000);
  assert.is(connection.writes.length, pending);
  connection.open();
  station.play(1_000);
  assert.ok(consecutive(connection.units));
  assert.is(listener.skippedUnits, 0);
  assert.ok(listener.lagUs < 600_000, `${listener.lagUs} µs behind`);
});

test('past the allowed lag it goes on near the live edge, and what it missed is counted', () => {
  const station = new Station({ maxLagMs: 3_000, resumeSeconds: 1 });
  station.warm();
  const { connection, listener } = station.join();
  station.play(1_000);
  connection.isOpen = false;
  station.play(10_000);
  connection.open();
  station.play(1_000);
  const units = connection.units;
  const gaps = units.filter((number, i) => i > 0 && number !== (units[i - 1] as number) + 1).length;
  assert.is(gaps, 1);
  assert.is(listener.skips, 1);
  assert.is(listener.skippedUnits, (units.at(-1) as number) - (units[0] as number) + 1 - units.length);
  assert.is(station.counters.snapshot()['listener_skipped_units_total'], listener.skippedUnits);
});

test('a burst longer than the allowed lag is sent whole', () => {
  const station = new Station({ maxLagMs: 3_000, chunkBytes: 1_000, maxChunkDelayMs: 200 });
  station.join();
  station.play(30_000);
  const { connection, listener } = station.join(20);
  station.play(2_000);
  assert.is(listener.skips, 0);
  assert.ok(connection.units.length >= 1_050, `${connection.units.length} units`);
  assert.ok(consecutive(connection.units));
});

test('a listener whose units have left the ring goes on with what there is', () => {
  const station = new Station({ maxLagMs: 1e9, stallTimeoutMs: 1e9 }, 64 * 1024);
  station.warm();
  const { connection, listener } = station.join();
  connection.isOpen = false;
  station.play(60_000);
  connection.open();
  station.play(1_000);
  assert.ok(listener.skippedUnits > 0);
  assert.ok(listener.lagUs < 1_000_000);
});

test('a connection that takes nothing for the stall limit is closed and counted', () => {
  const station = new Station({ stallTimeoutMs: 5_000 });
  station.warm();
  const { connection } = station.join();
  connection.isOpen = false;
  station.play(4_000);
  assert.not(connection.isClosed);
  station.play(4_000);
  assert.ok(connection.isClosed);
  assert.is(station.broadcaster.listenerCount, 0);
  assert.is(station.counters.snapshot()['listeners_stalled_total'], 1);
});

test('the pause between two passes over a listener that is behind follows the backlog', () => {
  for (const [seconds, pauseMs] of [
    [100, 100],
    [145, 30],
    [200, 7],
  ] as const) {
    // 5,000 bytes a second; the ring holds 1 MiB, some 200 s.
    const station = new Station({
      chunkBytes: 1_000,
      maxChunkDelayMs: 1e7,
      maxLagMs: 1e9,
      sleepHighMs: 7,
      sleepMediumMs: 30,
      sleepLowMs: 100,
    });
    station.join();
    station.play(seconds * 1_000);
    const { connection } = station.join(seconds);
    assert.is(connection.writes.length, 1);
    station.clock.advance(pauseMs - 1);
    assert.is(connection.writes.length, 1, `${pauseMs} ms: too early`);
    station.clock.advance(1);
    assert.is(connection.writes.length, 2, `${pauseMs} ms: too late`);
  }
});

test('a slow listener costs a fast one nothing', () => {
  const station = new Station();
  station.warm();
  const slow = station.join();
  const fast = station.join();
  slow.connection.isOpen = false;
  station.play(20_000);
  assert.ok(consecutive(fast.connection.units));
  assert.ok(fast.listener.lagUs <= 500_000);
});

test('a rung is wanted from its first listener until a while after its last', () => {
  const station = new Station({ lingerMs: 5_000 });
  const a = station.join();
  const b = station.join();
  station.play(1_000);
  a.connection.close();
  b.connection.close();
  station.clock.advance(4_000);
  const c = station.join();
  station.clock.advance(60_000);
  assert.equal(station.demands, [['mp3@128']]);
  c.connection.close();
  station.clock.advance(6_000);
  assert.equal(station.demands, [['mp3@128'], []]);
});

test('who skips goes on as far behind as it began, for that is what its player had in hand', () => {
  const station = new Station({ maxLagMs: 3_000, resumeSeconds: 1 });
  station.warm();
  station.play(4_500);
  const { connection, listener } = station.join(4);
  station.play(1_000);
  connection.isOpen = false;
  station.play(6_500);
  assert.is(listener.skips, 0, 'not yet: it may lag by what it was sent at once, too');
  station.play(1_500);
  connection.open();
  station.play(20);
  assert.is(listener.skips, 1);
  const ahead = (connection.units.at(-1) as number) - listener.skippedUnits;
  assert.ok(ahead > 0);
  station.play(2_000);
  const gapAt = connection.units.findIndex((unit, i, units) => i > 0 && unit > (units[i - 1] as number) + 1);
  const resumedAt = connection.units[gapAt] as number;
  const edge = (4_500 + 20 + 1_000 + 6_500 + 1_500) / (UNIT_US / 1000);
  assert.ok(Math.abs(edge - resumedAt - 4 / (UNIT_US / 1e6)) < 30, `${edge - resumedAt} units behind`);
});

test('a rung that is kept ready is encoded for a while, for nobody yet', () => {
  const station = new Station();
  station.broadcaster.keepReady(low);
  assert.equal(station.demands.at(-1), ['mp3@64']);
  station.play(3_000, [low]);
  station.broadcaster.keepReady(low);
  station.play(3_000, [low]);
  assert.equal(station.demands.length, 1);
  station.play(3_000, [low]);
  assert.equal(station.demands.at(-1), []);
});

test('a listener changes rung without a unit lost, repeated or out of order', () => {
  const station = new Station();
  station.warm();
  const { connection, listener } = station.join();
  station.play(1_000);
  station.broadcaster.switchRung(listener, low);
  assert.equal(station.demands.at(-1), ['mp3@128', 'mp3@64']);
  station.play(1_000);
  assert.is(listener.rung, mp3, 'nothing to change to yet');
  station.play(2_000, [mp3, low]);
  assert.is(listener.rung, low);
  station.play(10_000, [mp3, low]);
  assert.ok(consecutive(connection.units));
  assert.is(listener.rungSwitches, 1);
  assert.equal(station.demands.at(-1), ['mp3@64']);
});

test('where rungs never fit together a listener changes all the same, however often it is told to', () => {
  const station = new Station({ maxChunkDelayMs: 100 });
  station.warm();
  const { listener } = station.join();
  const [long, short] = [false, true].map((endsShort) => mp3Frame(endsShort));
  for (let number = 1; number <= 100; number++) {
    const unit = { ptsUs: number * UNIT_US, durationUs: UNIT_US, sync: true };
    station.broadcaster.append(mp3, { ...unit, bytes: long as Uint8Array });
    station.broadcaster.append(low, { ...unit, bytes: short as Uint8Array });
    if (number % 5 === 0) station.broadcaster.switchRung(listener, low);
    station.clock.advance(UNIT_US / 1000);
    if (number === 20) assert.is(listener.rung, mp3, 'it waits for a better place');
  }
  assert.is(listener.rung, low);
  assert.is(listener.rungSwitches, 1);
});

test('a listener gets no more than it is allowed, and the rest waits for it in the ring', () => {
  const station = new Station();
  station.warm();
  station.play(4_500);
  const { connection, listener } = station.join(4, mp3, 1_000);
  station.play(1_000);
  assert.is(connection.units.length, 10);
  assert.is(listener.sentMediaUs, 10 * UNIT_US);
  assert.ok(listener.lagUs > 4e6);
  station.broadcaster.allow(listener, 250);
  station.play(1_000);
  assert.is(connection.units.length, 13, 'a unit is never torn');
  station.broadcaster.allow(listener, Number.POSITIVE_INFINITY);
  station.play(1_000);
  assert.ok(consecutive(connection.units));
  assert.ok(listener.lagUs < 600_000, `${listener.lagUs} µs behind`);
  assert.is(listener.sentMediaUs, connection.units.length * UNIT_US);
});

test('what waits for a listener that is held comes from its new rung', () => {
  const station = new Station();
  const { listener } = station.join(0, mp3, 500);
  station.play(3_000, [mp3, low]);
  assert.is(listener.rung, mp3);
  station.broadcaster.switchRung(listener, low);
  const { bytesSent } = listener;
  station.broadcaster.allow(listener, 500);
  station.play(100, [mp3, low]);
  assert.is(listener.rung, low);
  assert.is(listener.bytesSent, bytesSent + 500);
});

test('a listener that is held is not served until it may have more', () => {
  const station = new Station({ sleepLowMs: 1 });
  station.warm();
  station.play(4_500);
  const timers = station.clock.pendingTimers;
  const { connection } = station.join(4, mp3, 100);
  station.clock.advance(50);
  assert.is(station.clock.pendingTimers, timers, 'no pass over it is planned');
  assert.is(connection.units.length, 1);
});

test('a listener that leaves is forgotten, and its bytes stay counted', () => {
  const station = new Station();
  station.warm();
  const { connection } = station.join();
  station.play(1_000);
  const sent = station.broadcaster.bytesSent;
  assert.ok(sent > 0);
  connection.close();
  assert.is(station.broadcaster.bytesSent, sent);
  station.play(1_000);
  assert.is(station.broadcaster.listenerCount, 0);
});

test('closing it ends every connection and every timer, twice too', async () => {
  const station = new Station();
  const { connection } = station.join();
  station.play(300);
  await station.broadcaster[Symbol.asyncDispose]();
  await station.broadcaster[Symbol.asyncDispose]();
  assert.ok(connection.isClosed);
  station.clock.advance(100);
  assert.is(station.clock.pendingTimers, 0);
});

test('however connections stall, drain, come, go and change rung, each gets whole units, in order, once', () => {
  const step = fc.oneof(
    { weight: 5, arbitrary: fc.record({ op: fc.constant('play' as const), ms: fc.integer({ min: 20, max: 3_000 }) }) },
    { weight: 1, arbitrary: fc.record({ op: fc.constant('join' as const), burst: fc.integer({ min: 0, max: 5 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        op: fc.constant('allow' as const),
        who: fc.nat(9),
        bytes: fc.constantFrom(0, 150, 5_000, Number.POSITIVE_INFINITY),
      }),
    },
    { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('stall', 'drain', 'switch', 'leave'), who: fc.nat(9) }) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const station = new Station({ maxLagMs: 4_000, stallTimeoutMs: 1e9, lingerMs: 2_000 }, 96 * 1024);
      const all: ReturnType<Station['join']>[] = [];
      for (const action of steps) {
        if (action.op === 'play') station.play(action.ms, [mp3, low]);
        else if (action.op === 'join') all.push(station.join(action.burst));
        else {
          const chosen = all[(action as { who: number }).who];
          if (chosen === undefined || chosen.connection.isClosed) continue;
          const { connection, listener } = chosen;
          if (action.op === 'allow') station.broadcaster.allow(listener, (action as { bytes: number }).bytes);
          else if (action.op === 'stall') connection.isOpen = false;
          else if (action.op === 'drain' && listener.isBlocked) connection.open();
          else if (action.op === 'drain') connection.isOpen = true;
          else if (action.op === 'switch') station.broadcaster.switchRung(listener, listener.rung === mp3 ? low : mp3);
          else connection.close();
        }
      }
      for (const { connection, listener } of all) {
        const { units } = connection;
        assert.is(listener.sentMediaUs, units.length * UNIT_US);
        let missing = 0;
        units.forEach((number, i) => {
          if (i === 0) return;
          const step = number - (units[i - 1] as number);
          assert.ok(step >= 1, 'repeated or reordered');
          missing += step - 1;
        });
        assert.ok(missing <= listener.skippedUnits, `${missing} missing, ${listener.skippedUnits} skipped`);
      }
    }),
    { numRuns: 120 },
  );
});

test.run();
