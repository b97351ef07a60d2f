import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { rungNamed } from '../core/rung.ts';
import { Sends } from './client-buffer-sends.ts';
import { LinkEstimate } from './link-estimate.ts';
import type { ListenerSight } from './listener-sight.ts';

const test = suite('link estimate');

const SETTINGS = { smoothing: 0.8, burstAllowanceMs: 100 };

/** Looks at a connection at given moments. */
class Looks {
  readonly link = new LinkEstimate(SETTINGS);
  readonly #sends = new Sends();

  see(atS: number, sentBytes: number, acknowledgedBytes: number | undefined, more: Partial<ListenerSight> = {}): this {
    const sight: ListenerSight = {
      nowUs: atS * 1e6,
      sentBytes,
      acknowledgedBytes,
      asOfUs: acknowledgedBytes === undefined ? undefined : atS * 1e6,
      sentMediaUs: sentBytes * 62.5,
      lagUs: 0,
      isBlocked: false,
      rung: rungNamed('mp3@128') as ListenerSight['rung'],
      boxKbps: Number.POSITIVE_INFINITY,
      isBoxCalm: true,
      ...more,
    };
    this.#sends.note(sight.nowUs, sentBytes, sight.sentMediaUs);
    this.link.observe(sight, this.#sends);
    return this;
  }

  /** `sent` lies there at 0 s; from then on so much arrives, looked at ten times a second. */
  drain(sent: number, kbps: (atS: number) => number, untilS: number): this {
    let arrived = 0;
    for (let tenth = 0; tenth <= untilS * 10; tenth++) {
      this.see(tenth / 10, sent, Math.min(sent, Math.round(arrived)));
      arrived += kbps(tenth / 10) * 12.5;
    }
    return this;
  }
}

test('while there is a backlog, what arrives is what the link carries', () => {
  const { link } = new Looks().drain(200_000, () => 200, 3);
  assert.is(link.hasBacklog, true);
  assert.ok(Math.abs((link.kbps(3e6) ?? 0) - 200) < 15, `${link.kbps(3e6)}`);
  assert.ok(Math.abs((link.safeKbps(3e6) ?? 0) - 200) < 5);
});

test('a measure gives way to what the link has shown since', () => {
  const looks = new Looks().drain(50_000, () => 200, 2);
  const { link } = looks;
  assert.ok((link.kbps(2e6) ?? 0) < 220);
  looks.see(2.1, 50_000, 50_000).see(3, 50_000, 50_000).see(4, 80_000, 50_000).see(4.1, 80_000, 80_000);
  assert.is(link.hasBacklog, false);
  assert.ok((link.kbps(4.1e6) ?? 0) > 1000, `${link.kbps(4.1e6)}`);
  assert.ok((link.safeKbps(4.1e6) ?? 0) < 220, 'with caution: as measured');
});

test('a paced stream that was never held up says nothing about headroom', () => {
  const looks = new Looks();
  for (let second = 0; second < 60; second++) looks.see(second, 16_000 * (second + 1), 16_000 * second + 15_000);
  assert.is(looks.link.hasBacklog, false);
  assert.is(looks.link.kbps(60e6), undefined);
  assert.ok((looks.link.shownKbps(60e6) ?? 0) <= 128);
});

test('a burst that arrives at once shows what the link carries at least', () => {
  const { link } = new Looks().see(0, 0, 0).see(0.1, 64_000, 0).see(0.2, 64_000, 64_000);
  assert.ok((link.shownKbps(200_000) ?? 0) > 2000, `${link.shownKbps(200_000)}`);
  assert.is(link.kbps(200_000), undefined);
});

test('what a router lets through at once shows nothing', () => {
  const { link } = new Looks().see(0, 0, 0).see(0.1, 4_000, 0).see(0.2, 4_000, 4_000);
  assert.is(link.shownKbps(200_000), undefined);
});

test('a backlog contradicts what was shown before', () => {
  const looks = new Looks().see(0, 0, 0).see(0.1, 64_000, 0).see(0.2, 64_000, 64_000);
  for (let tenth = 3; tenth < 30; tenth++) looks.see(tenth / 10, 164_000, 64_000 + (tenth - 3) * 1_250);
  assert.ok((looks.link.shownKbps(3e6) ?? 0) < 250, `${looks.link.shownKbps(3e6)}`);
});

test('a measure counts by its time, and the older the less', () => {
  const { link } = new Looks().drain(1_000_000, (atS) => (atS < 5 ? 400 : 100), 6);
  const soon = link.kbps(6e6) ?? 0;
  assert.ok(soon > 150 && soon < 390, `one second later: ${soon}`);
  assert.ok(Math.abs((link.safeKbps(6e6) ?? 0) - 100) < 60, 'but it is known what it carries just now');
  const { link: later } = new Looks().drain(1_000_000, (atS) => (atS < 5 ? 400 : 100), 20);
  assert.ok((later.kbps(20e6) ?? 0) < 120);
});

test('nothing arriving is a measure too', () => {
  const { link } = new Looks().drain(100_000, (atS) => (atS < 1 ? 200 : 0), 4);
  assert.ok(link.silentUs > 2_500_000);
  assert.is(link.safeKbps(4e6), 0);
  assert.ok((link.kbps(4e6) ?? 999) < 80, `${link.kbps(4e6)}`);
});

test('what a full player leaves on the way is no measure', () => {
  const looks = new Looks().see(0, 0, 0).see(0.1, 64_000, 0).see(0.2, 64_000, 64_000);
  const shown = looks.link.shownKbps(200_000);
  for (let tenth = 3; tenth < 100; tenth++) looks.see(tenth / 10, 164_000, 64_000, { isReceiverLimited: true });
  assert.is(looks.link.hasBacklog, true);
  assert.is(looks.link.kbps(10e6), undefined);
  assert.is(looks.link.shownKbps(10e6), shown);
});

test('after a while without a measure nothing is known', () => {
  const { link } = new Looks().drain(200_000, () => 200, 3);
  assert.is.not(link.kbps(10e6), undefined);
  assert.is(link.kbps(19e6), undefined);
  assert.is(link.shownKbps(30e6), undefined);
});

test('a long way is learned, or told by the kernel, and is no backlog', () => {
  for (const told of [undefined, 500]) {
    const looks = new Looks();
    for (let tenth = 0; tenth < 100; tenth++) {
      // 16 kB a second; acknowledged half a second later.
      looks.see(tenth / 10, 1_600 * tenth, 1_600 * Math.max(0, tenth - 5), { minRttMs: told });
      if (tenth > 0) assert.is(looks.link.hasBacklog, false, `${tenth / 10} s`);
    }
    assert.ok(looks.link.delayUs >= 400_000);
  }
});

test('a figure that is old, late or smaller than the last is no measure', () => {
  const looks = new Looks().drain(200_000, () => 200, 3);
  const before = looks.link.kbps(3e6);
  looks.see(3.1, 200_000, 10_000, { asOfUs: 2_000_000 });
  assert.is(looks.link.kbps(3.1e6), before);
  looks.see(3.2, 200_000, 10_000);
  assert.ok(looks.link.arrivedBytes > 70_000);
});

test('where nobody knows what arrives, what a connection takes while it is full is what it carries', () => {
  const looks = new Looks();
  for (let tenth = 0; tenth < 40; tenth++) {
    looks.see(tenth / 10, 100_000 + 2_500 * tenth, undefined, { isBlocked: tenth > 5 });
  }
  assert.is(looks.link.isKnown, false);
  assert.is(looks.link.hasBacklog, true);
  assert.ok(Math.abs((looks.link.kbps(4e6) ?? 0) - 200) < 20);
  assert.is(looks.link.shownKbps(4e6), undefined);
});

test.run();
