import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CounterSet } from '../core/counters.ts';
import { type Rung, rungsOf } from '../core/rung.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { ListenerLoop } from './listener-loop.ts';
import { DEFAULT_QUICK_SYNC } from './quick-sync.testing.ts';
import type { SteeredListener } from './steered-listener.ts';

const test = suite('listener-loop');
const RUNGS = rungsOf('mp3');
const [LOW, MEDIUM, HIGH, ULTRA] = RUNGS as [Rung, Rung, Rung, Rung];
const BURST_S = 2;
const STEP_MS = 50;

/** A listener whose sound goes into a connection of a given speed, and arrives in order. */
class SimulatedListener implements SteeredListener {
  readonly quality = 'auto';
  readonly facts = undefined;
  nextRung: Rung | undefined;
  sentBytes = 0;
  sentMediaUs = 0;
  acknowledgedBytes = 0;
  asOfUs = 0;
  lagUs = BURST_S * 1e6;
  isBlocked = false;
  isReceiverLimited = false;
  isClosed = false;
  readonly ready = new Set<Rung>();
  allowances: number[] = [];
  readonly id: number;
  readonly address: string;
  rung: Rung;
  kbps: number;
  #allowance = Number.POSITIVE_INFINITY;

  constructor(id: number, kbps: number, rung = MEDIUM) {
    this.id = id;
    this.address = `192.0.2.${id}`;
    this.kbps = kbps;
    this.rung = rung;
  }

  switchTo(rung: Rung): void {
    this.rung = rung;
  }

  keepReady(rung: Rung): void {
    this.ready.add(rung);
  }

  allow(bytes: number): void {
    this.allowances.push(bytes);
    this.#allowance = bytes;
  }

  closeStalled(): void {
    this.isClosed = true;
  }

  pass(nowUs: number): void {
    this.lagUs += STEP_MS * 1000;
    const bytesPerUs = this.rung.bitrateKbps / 8000;
    const bytes = Math.max(0, Math.min(this.lagUs * bytesPerUs, this.#allowance));
    this.#allowance -= bytes;
    this.sentBytes += bytes;
    this.sentMediaUs += bytes / bytesPerUs;
    this.lagUs -= bytes / bytesPerUs;
    this.acknowledgedBytes = Math.min(this.sentBytes, this.acknowledgedBytes + (this.kbps * STEP_MS) / 8);
    this.asOfUs = nowUs;
  }
}

function open() {
  const clock = new FakeClock();
  const counters = new CounterSet();
  const looks: { readonly ms: number; readonly share: number | undefined }[] = [];
  const links = new Map<string, { kbps: number; isLowerBound: boolean }>();
  const box = { boxKbps: Number.POSITIVE_INFINITY, isCalm: true, allowed: (): readonly Rung[] => RUNGS };
  const loop = new ListenerLoop(
    {
      clock,
      counters,
      box,
      lookEvery: (ms, share) => looks.push({ ms, share }),
      noteLink: (address, kbps, isLowerBound) => links.set(address, { kbps, isLowerBound }),
    },
    () => ({ quickSync: DEFAULT_QUICK_SYNC, stallTimeoutMs: 30_000 }),
  );
  const all: SimulatedListener[] = [];
  let ids = 0;
  return {
    clock,
    counters,
    looks,
    links,
    box,
    loop,
    join(kbps: number, rungs: readonly Rung[] = RUNGS) {
      const listener = new SimulatedListener(++ids, kbps, rungs.length === 1 ? rungs[0] : MEDIUM);
      listener.pass(clock.nowUs());
      listener.acknowledgedBytes = 0;
      const leave = loop.add(listener, { rungs, startRung: listener.rung, burstS: BURST_S, preferQuality: true });
      all.push(listener);
      return Object.assign(listener, { leave });
    },
    run(seconds: number) {
      for (let ms = 0; ms < seconds * 1000; ms += STEP_MS) {
        clock.advance(STEP_MS);
        for (const listener of all) listener.pass(clock.nowUs());
      }
    },
  };
}

test('a listener on a fast network is at the top within seconds, and the session says why', () => {
  const { join, run, loop, counters } = open();
  const listener = join(50_000);
  run(15);
  assert.is(listener.rung, ULTRA);
  const report = loop.reportOf(listener.id);
  assert.is(report?.rung, 'mp3@320');
  assert.is(report?.reason, 'headroom');
  assert.is(report?.hold, undefined);
  assert.is(report?.stalls, 0);
  assert.equal(
    report?.switches.map(({ from, to, reason }) => `${from} ${to} ${reason}`),
    ['mp3@128 mp3@256 headroom', 'mp3@256 mp3@320 headroom'],
  );
  assert.is(counters.snapshot()['rung_switches_headroom_total'], 2);
});

test('a link that becomes slow brings its listener down within moments, and what it may be sent is little', () => {
  const { join, run, loop } = open();
  const listener = join(5_000);
  run(20);
  assert.is(listener.rung, ULTRA);
  listener.kbps = 150;
  listener.allowances = [];
  run(4);
  assert.ok(listener.rung === LOW || listener.rung === MEDIUM, listener.rung.name);
  assert.ok(Math.min(...listener.allowances) < 40_000, 'what waits does so in the ring');
  assert.ok(['link', 'buffer'].includes(loop.reportOf(listener.id)?.reason ?? ''));
  listener.kbps = 300;
  run(20);
  assert.is.not(listener.rung, LOW);
  assert.ok(listener.ready.has(LOW), 'where it can be replaced by the lowest rung at any time');
});

test('it is looked at often while something must be found out, and seldom when all is well', () => {
  const { join, run, looks } = open();
  const listener = join(50_000);
  assert.equal(looks, [{ ms: 100, share: undefined }]);
  run(30);
  assert.ok((looks.at(-1)?.share ?? 1) < 0.01);
  listener.kbps = 100;
  run(5);
  assert.equal(looks.at(-1), { ms: 100, share: undefined });
});

test('a connection that takes nothing any more is looked at often, before anybody knows what arrives', () => {
  const { join, run, looks } = open();
  const listener = join(50_000);
  run(30);
  listener.isBlocked = true;
  run(0.3);
  assert.equal(looks.at(-1), { ms: 100, share: undefined });
  // Its player is full: nothing is wrong.
  listener.isReceiverLimited = true;
  run(2);
  assert.ok((looks.at(-1)?.share ?? 1) < 0.01);
});

test('who asked for one quality keeps it, whatever its link carries, and is watched all the same', () => {
  const { join, run, loop } = open();
  const listener = join(100, [HIGH]);
  run(30);
  assert.is(listener.rung, HIGH);
  assert.equal(listener.allowances, []);
  assert.ok((loop.reportOf(listener.id)?.stalls ?? 0) > 0);
});

test('the link of one who stays on a rung that is too much for it becomes known', () => {
  const { join, run, links } = open();
  join(50_000);
  const stuck = join(100, [MEDIUM]);
  run(30);
  const { kbps = 0, isLowerBound } = links.get(stuck.address) ?? {};
  assert.ok(Math.abs(kbps - 100) < 40, `${kbps}`);
  assert.is(isLowerBound, false);
});

test('rungs that the box no longer has are left, for the next one that it has', () => {
  const { join, run, box, loop, counters } = open();
  const listener = join(50_000);
  run(15);
  box.allowed = () => [LOW, MEDIUM];
  run(2);
  assert.is(listener.rung, MEDIUM);
  assert.is(loop.reportOf(listener.id)?.hold, 'box');
  assert.is(counters.snapshot()['rung_switches_box_total'], 1);
  box.allowed = () => RUNGS;
  run(2);
  assert.is(listener.rung, ULTRA);
});

test('a box that has it hard raises nobody', () => {
  const { join, run, box } = open();
  box.isCalm = false;
  const listener = join(50_000);
  run(20);
  assert.is(listener.rung, MEDIUM);
});

test('of many listeners only some go up at a time', () => {
  const { join, run } = open();
  const listeners = Array.from({ length: 400 }, () => join(50_000));
  run(6);
  const risen = listeners.filter(({ rung }) => rung !== MEDIUM).length;
  assert.ok(risen > 0 && risen < 100, `${risen} of 400`);
  run(150);
  assert.is(listeners.filter(({ rung }) => rung === ULTRA).length, 400);
});

test('a connection that takes nothing for too long is closed; one that has nothing to take is not', () => {
  const { join, run } = open();
  const dead = join(5_000);
  const silent = join(5_000);
  run(10);
  dead.kbps = 0;
  silent.pass = () => {};
  run(25);
  assert.not(dead.isClosed);
  run(10);
  assert.ok(dead.isClosed);
  assert.not(silent.isClosed);
});

test('what was seen of a link is noted while it is used, when a rung is changed for it and when its listener goes', () => {
  const { join, run, links } = open();
  const slow = join(100);
  const fast = join(50_000);
  run(20);
  const { kbps = 0, isLowerBound } = links.get(slow.address) ?? {};
  assert.ok(Math.abs(kbps - 100) < 40, `${kbps}`);
  assert.is(isLowerBound, false);
  assert.is(links.get(fast.address)?.isLowerBound, true);
  links.clear();
  fast.leave();
  assert.ok(links.has(fast.address));
});

test('the links of all who listen are noted every few seconds, whoever they are', () => {
  const { join, run, links } = open();
  const listeners = [5_000, 5_000, 5_000, 5_000, 5_000, 100].map((kbps) => join(kbps));
  run(20);
  for (let round = 0; round < 5; round++) {
    links.clear();
    run(10);
    for (const { address } of listeners) assert.ok(links.has(address), `${address} in round ${round}`);
  }
});

test('those who come and go all the time do not keep it from looking at the others', () => {
  const { join, run, loop } = open();
  const listener = join(50_000);
  run(20);
  assert.is(listener.rung, ULTRA);
  listener.kbps = 100;
  for (let n = 0; n < 200; n++) {
    const passer = join(50_000);
    run(0.05);
    passer.leave();
  }
  assert.is(listener.rung, LOW);
  assert.ok((loop.reportOf(listener.id)?.switches.length ?? 0) > 2);
});

test('a rung that the box does not have is left at once, and that is counted', () => {
  const { join, box, counters } = open();
  box.allowed = () => [LOW];
  assert.is(join(5_000).rung, LOW);
  assert.is(counters.snapshot()['rung_switches_box_total'], 1);
});

test('when the last one has gone, nothing runs on', () => {
  const { join, run, clock, loop } = open();
  const one = join(5_000);
  const other = join(5_000);
  run(5);
  one.leave();
  one.leave();
  assert.is(clock.pendingTimers, 1);
  other.leave();
  assert.is(clock.pendingTimers, 0);
  assert.is(loop.reportOf(one.id), undefined);
  join(5_000);
  loop[Symbol.dispose]();
  loop[Symbol.dispose]();
  assert.is(clock.pendingTimers, 0);
  join(5_000).leave();
  join(5_000);
  assert.is(clock.pendingTimers, 0);
});

test.run();
