import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Rung, rungsOf } from '../core/rung.ts';
import { DEFAULT_QUICK_SYNC } from './quick-sync.testing.ts';
import type { ConnectionFacts, SteeredListener } from './steered-listener.ts';
import { type BoxAllowance, Steering } from './steering.ts';

const test = suite('steering');
const RUNGS = rungsOf('mp3');
const [LOW, MEDIUM, HIGH, ULTRA] = RUNGS as [Rung, Rung, Rung, Rung];
const START_US = 5_000_000_000;
const LOOK_MS = 100;
const BURST_S = 2;

/** A listener that is handed sound as it is made, and of whom the test says what arrives. */
class SteeredByHand implements SteeredListener {
  readonly id = 1;
  readonly address = '192.0.2.1';
  readonly quality = 'auto';
  rung: Rung;
  nextRung: Rung | undefined;
  sentBytes: number;
  acknowledgedBytes: number | undefined;
  asOfUs: number | undefined;
  sentMediaUs = BURST_S * 1e6;
  lagUs = 0;
  isBlocked = false;
  isReceiverLimited = false;
  facts: ConnectionFacts | undefined;
  /** It does as it is told, at once. */
  obeys = true;
  readonly told: string[] = [];
  readonly ready = new Set<Rung>();
  readonly allowances: number[] = [];

  constructor(rung: Rung) {
    this.rung = rung;
    this.sentBytes = BURST_S * rung.bitrateKbps * 125;
    this.acknowledgedBytes = this.sentBytes;
  }

  switchTo(rung: Rung): void {
    this.told.push(rung.name);
    this.nextRung = rung === this.rung ? undefined : rung;
    if (!this.obeys) return;
    this.rung = rung;
    this.nextRung = undefined;
  }

  keepReady(rung: Rung): void {
    this.ready.add(rung);
  }

  allow(bytes: number): void {
    this.allowances.push(bytes);
  }

  closeStalled(): void {}
}

function steer({ rungs = RUNGS as readonly Rung[], startRung = MEDIUM } = {}) {
  const box = { boxKbps: Number.POSITIVE_INFINITY, isCalm: true, allowed: (): readonly Rung[] => rungs };
  const listener = new SteeredByHand(startRung);
  const options = { rungs, startRung, burstS: BURST_S, preferQuality: true };
  const steering = new Steering(listener, options, DEFAULT_QUICK_SYNC, START_US);
  let nowUs = START_US;
  return {
    box,
    listener,
    steering,
    tick: () => steering.tick(nowUs, box satisfies BoxAllowance, true),
    /** @param kbps what arrives meanwhile; undefined: everything */
    run(seconds: number, kbps?: number) {
      for (let ms = 0; ms < seconds * 1000; ms += LOOK_MS) {
        nowUs += LOOK_MS * 1000;
        listener.sentBytes += (listener.rung.bitrateKbps * LOOK_MS) / 8;
        listener.sentMediaUs += LOOK_MS * 1000;
        const arrived = kbps === undefined ? listener.sentBytes : (kbps * LOOK_MS) / 8;
        const before = listener.acknowledgedBytes ?? 0;
        listener.acknowledgedBytes = Math.min(listener.sentBytes, kbps === undefined ? arrived : before + arrived);
        listener.asOfUs = nowUs;
        steering.tick(nowUs, box, true);
      }
    },
  };
}

test('an order is repeated until it is carried out, and recorded once', () => {
  const { listener, box, tick, run, steering } = steer();
  listener.obeys = false;
  box.allowed = () => [LOW];
  assert.is(tick(), 'box');
  run(1);
  assert.ok(listener.told.length > 5, `${listener.told.length}`);
  assert.equal(new Set(listener.told), new Set(['mp3@64']));
  assert.is(steering.report().switches.length, 1);
  listener.obeys = true;
  run(0.2);
  const told = listener.told.length;
  run(1);
  assert.is(listener.told.length, told);
});

test('an order that is taken back before it was carried out is taken back from the listener too', () => {
  const { listener, box, tick } = steer();
  listener.obeys = false;
  box.allowed = () => [LOW];
  tick();
  assert.is(listener.nextRung, LOW);
  box.allowed = () => RUNGS;
  assert.is(tick(), 'box');
  assert.is(listener.nextRung, undefined);
  assert.is(listener.told.at(-1), 'mp3@128');
});

test('a rung that the box does not have is replaced by the next lower one, or by the lowest that it has', () => {
  const { listener, box, tick } = steer({ startRung: HIGH });
  const given = (...allowed: Rung[]): Rung => {
    box.allowed = () => allowed;
    tick();
    return listener.rung;
  };
  assert.is(given(LOW, MEDIUM), MEDIUM);
  assert.is(given(LOW, MEDIUM, ULTRA), MEDIUM);
  assert.is(given(LOW, HIGH, ULTRA), HIGH);
  assert.is(given(ULTRA), ULTRA);
  assert.is(given(), HIGH);
});

test('what the box has changed is said to be its doing, going down and coming back', () => {
  const { listener, box, run, tick, steering } = steer();
  run(15);
  assert.is(listener.rung, ULTRA);
  assert.match(steering.report().reason, /^(headroom|trial)$/);
  box.allowed = () => [LOW, MEDIUM];
  assert.is(tick(), 'box');
  assert.is(steering.report().reason, 'box');
  assert.is(steering.report().hold, 'box');
  assert.is(tick(), undefined);
  box.allowed = () => RUNGS;
  assert.is(tick(), 'box');
  assert.equal(
    steering
      .report()
      .switches.slice(-2)
      .map(({ to, reason }) => `${to} ${reason}`),
    ['mp3@128 box', 'mp3@320 box'],
  );
});

test('a session remembers its last 20 changes', () => {
  const { box, tick, run, steering } = steer();
  for (let n = 0; n < 60; n++) {
    box.allowed = () => [n % 2 === 0 ? LOW : MEDIUM];
    tick();
    run(0.1);
  }
  const { switches } = steering.report();
  assert.is(switches.length, 20);
  assert.is(switches[0]?.atS, 4);
  assert.is(switches.at(-1)?.atS, 5.9);
  for (const [n, { from, to }] of switches.entries()) {
    assert.is(to, n % 2 === 0 ? 'mp3@64' : 'mp3@128');
    assert.is.not(from, to);
  }
});

test('who stays on one rung is told nothing, and reported on all the same', () => {
  const { listener, box, run, steering } = steer({ rungs: [HIGH], startRung: HIGH });
  box.allowed = () => [LOW];
  run(10, 100);
  assert.equal(listener.told, []);
  assert.equal(listener.allowances, []);
  const { rung, reason, hold, stalls, switches } = steering.report();
  assert.equal({ rung, reason, hold, switches }, { rung: 'mp3@256', reason: 'start', hold: undefined, switches: [] });
  assert.ok(stalls > 0);
});

test('a player that takes no more because it is paused is no slow link', () => {
  const { listener, run, steering } = steer();
  run(15);
  assert.is(listener.rung, ULTRA);
  for (const pauseS of [8, 5]) {
    listener.isReceiverLimited = true;
    run(pauseS, 0);
    assert.is(listener.rung, ULTRA);
    listener.isReceiverLimited = false;
    run(15);
  }
  assert.is(listener.rung, ULTRA);
  assert.is(steering.report().stalls, 0);
});

test('one that goes on reading what is too little to play from has a slow link behind it, and goes down', () => {
  const { listener, run, steering } = steer();
  run(15);
  assert.is(listener.rung, ULTRA);
  listener.isReceiverLimited = true;
  run(15, 150);
  assert.is(listener.rung, LOW);
  assert.is.not(steering.report().linkKbps, undefined);
});

test('there is news when there was a look, when there is none to be had, and after a while', () => {
  const { box, listener, run, steering } = steer();
  run(5);
  const nowUs = listener.asOfUs ?? 0;
  assert.not(steering.hasNews(nowUs + 1_000_000, box));
  assert.ok(steering.hasNews(nowUs + 4_000_000, box));
  listener.asOfUs = nowUs + 1;
  assert.ok(steering.hasNews(nowUs + 1_000_000, box));
  listener.asOfUs = undefined;
  assert.ok(steering.hasNews(nowUs + 1_000_000, box));
});

test('who stays on one rung is never looked at for its own sake, and seldom at all', () => {
  const { box, listener, run, steering } = steer({ rungs: [MEDIUM], startRung: MEDIUM });
  assert.not(steering.isAlert);
  run(5, 10);
  listener.isBlocked = true;
  assert.not(steering.isAlert);
  const nowUs = listener.asOfUs ?? 0;
  listener.asOfUs = nowUs + 1;
  listener.acknowledgedBytes = listener.sentBytes;
  assert.not(steering.hasNews(nowUs + 5_000_000, box));
  assert.ok(steering.hasNews(nowUs + 10_000_000, box));
  listener.asOfUs = nowUs + 2;
  listener.acknowledgedBytes = listener.sentBytes - 1;
  assert.ok(steering.hasNews(nowUs + 5_000_000, box), 'but what its link cannot carry is worth knowing');
});

test('who has the best and gets it all is not thought about at each look, until something is late', () => {
  const { box, listener, run, steering } = steer();
  run(20);
  assert.is(listener.rung, ULTRA);
  assert.not(steering.isAlert);
  let nowUs = listener.asOfUs ?? 0;
  const look = (arrivedOf: number): boolean => {
    nowUs += 250_000;
    listener.sentBytes += 10_000;
    listener.asOfUs = nowUs;
    listener.acknowledgedBytes = listener.sentBytes - arrivedOf;
    return steering.hasNews(nowUs, box);
  };
  assert.not(look(0));
  assert.not(look(10_000), 'what was just sent may be on its way');
  assert.ok(look(20_001), 'what was sent a look ago may not');
});

test('how long nothing has arrived counts only while something is on its way', () => {
  const { run, steering, listener } = steer({ rungs: [MEDIUM] });
  run(5);
  assert.is(steering.stillUs((listener.asOfUs ?? 0) + 1_000), 1_000);
  const since = listener.asOfUs ?? 0;
  run(5, 0);
  assert.is(steering.stillUs(listener.asOfUs ?? 0), (listener.asOfUs ?? 0) - since);
  run(0.1);
  assert.is(steering.stillUs(listener.asOfUs ?? 0), 0);
});

test.run();
