import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ASSUMED_MBPS } from '../core/link-knowledge.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { LinkBook, type LinkBookOptions } from './link-book.ts';

const test = suite('link book');

const ADDRESS = '192.168.1.20';
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function book(options: LinkBookOptions = {}): { readonly clock: FakeClock; readonly links: LinkBook } {
  const clock = new FakeClock();
  return { clock, links: new LinkBook({ clock }, options) };
}

function about(is: number, wanted: number): void {
  assert.ok(Math.abs(is - wanted) <= wanted * 0.01, `${is} is not about ${wanted}`);
}

test('of an address that nothing is known of, 2 Mbit/s are assumed', () => {
  const { links } = book();
  assert.equal(links.of(ADDRESS), {
    mbps: ASSUMED_MBPS,
    source: 'assumed',
    ageS: undefined,
    isLowerBound: false,
    rttMs: undefined,
    problem: undefined,
  });
  assert.is(links.freshTest(ADDRESS), undefined);
  assert.is(links.size, 0);
});

test('a test answers for five minutes, and is known for longer', () => {
  const { clock, links } = book();
  links.noteTest(ADDRESS, { mbps: 20, rttMs: 12 });
  clock.advance(5 * MINUTE_MS);
  assert.equal(links.freshTest(ADDRESS), { mbps: 20, rttMs: 12, ageS: 300 });
  assert.equal(links.of(ADDRESS), {
    mbps: 20,
    source: 'test',
    ageS: 300,
    isLowerBound: false,
    rttMs: 12,
    problem: undefined,
  });
  clock.advance(1);
  assert.is(links.freshTest(ADDRESS), undefined);
  assert.is(links.of(ADDRESS).source, 'test');
  assert.is(links.of('192.168.1.21').source, 'assumed');
});

test('what was measured gives way to what is assumed as it ages, and is forgotten after hours', () => {
  const { clock, links } = book();
  links.noteTest('fast', { mbps: 32, rttMs: 1 });
  links.noteTest('slow', { mbps: 0.125, rttMs: 1 });
  clock.advance(5 * MINUTE_MS + 2 * HOUR_MS);
  about(links.of('fast').mbps, 8);
  about(links.of('slow').mbps, 0.5);
  clock.advance(4 * HOUR_MS);
  assert.is(links.of('fast').source, 'assumed');
  assert.is(links.of('fast').mbps, ASSUMED_MBPS);
  assert.is(links.of('fast').rttMs, undefined);
});

test('a test that fails says so, is not repeated out of memory, and takes nothing away', () => {
  const { links } = book();
  links.noteProblem(ADDRESS, 'The test took longer than 5 s.');
  assert.is(links.of(ADDRESS).mbps, ASSUMED_MBPS);
  assert.is(links.of(ADDRESS).problem, 'The test took longer than 5 s.');
  links.noteTest(ADDRESS, { mbps: 9, rttMs: undefined });
  assert.is(links.of(ADDRESS).problem, undefined);
  links.noteProblem(ADDRESS, `${'x'.repeat(1000)}`);
  assert.is(links.freshTest(ADDRESS), undefined);
  assert.is(links.of(ADDRESS).mbps, 9);
  assert.is(links.of(ADDRESS).problem?.length, 300);
});

test('what a stream shows of a link moves what is known towards it, the newest most', () => {
  const { clock, links } = book();
  links.noteTest(ADDRESS, { mbps: 20, rttMs: 5 });
  clock.advance(1000);
  links.noteStream(ADDRESS, 200, false);
  const once = links.of(ADDRESS);
  assert.ok(once.mbps < 20 && once.mbps > 5);
  assert.equal([once.source, once.ageS, once.isLowerBound], ['stream', 0, false]);
  for (let second = 0; second < 30; second += 1) {
    clock.advance(1000);
    links.noteStream(ADDRESS, 200, false);
  }
  about(links.of(ADDRESS).mbps, 0.2);
  clock.advance(HOUR_MS);
  links.noteStream(ADDRESS, 3000, false);
  about(links.of(ADDRESS).mbps, 3);
  assert.is(links.of(ADDRESS).rttMs, 5);
});

test('a lower bound raises what is known, and never lowers it', () => {
  const { clock, links } = book();
  links.noteTest(ADDRESS, { mbps: 1.5, rttMs: 5 });
  clock.advance(10_000);
  links.noteStream(ADDRESS, 320, true);
  assert.equal([links.of(ADDRESS).mbps, links.of(ADDRESS).source, links.of(ADDRESS).ageS], [1.5, 'test', 10]);
  links.noteStream(ADDRESS, 4000, true);
  assert.equal([links.of(ADDRESS).mbps, links.of(ADDRESS).isLowerBound, links.of(ADDRESS).source], [4, true, 'stream']);
  assert.is(links.freshTest(ADDRESS)?.mbps, 1.5);
  clock.advance(HOUR_MS);
  links.noteStream(ADDRESS, 320, true);
  assert.is(links.of(ADDRESS).ageS, 3600);
});

test('that a link carries at least a little is no reason to believe that it carries only that', () => {
  const { links } = book();
  links.noteStream(ADDRESS, 128, true);
  assert.is(links.of(ADDRESS).mbps, ASSUMED_MBPS);
  assert.is(links.size, 0);
  links.noteStream(ADDRESS, 6000, true);
  assert.is(links.of(ADDRESS).mbps, 6);
});

test('of more addresses than there is room for, those that were not asked about are forgotten', () => {
  const { links } = book({ maxAddresses: 2 });
  links.noteTest('a', { mbps: 1, rttMs: undefined });
  links.noteTest('b', { mbps: 2, rttMs: undefined });
  links.of('a');
  links.noteTest('c', { mbps: 3, rttMs: undefined });
  assert.is(links.size, 2);
  assert.equal(
    ['a', 'b', 'c'].map((address) => links.of(address).source),
    ['test', 'assumed', 'test'],
  );
});

test('figures that are none are not taken', () => {
  const { links } = book();
  for (const figure of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
    links.noteTest(ADDRESS, { mbps: figure, rttMs: 1 });
    links.noteStream(ADDRESS, figure, false);
  }
  assert.is(links.size, 0);
  links.noteStream(ADDRESS, 0, false);
  assert.ok(links.of(ADDRESS).mbps > 0);
});

test('whatever is noted, what is known stays a rate between the least and the most of it', () => {
  const note = fc.record({
    kind: fc.constantFrom('test', 'stream', 'bound', 'problem'),
    kbps: fc.double({ min: 0, max: 100_000, noNaN: true }),
    afterMs: fc.nat(3 * HOUR_MS),
  });
  fc.assert(
    fc.property(fc.array(note, { maxLength: 30 }), (notes) => {
      const { clock, links } = book();
      const seen = [ASSUMED_MBPS];
      for (const { kind, kbps, afterMs } of notes) {
        clock.advance(afterMs);
        const before = links.of(ADDRESS).mbps;
        if (kind !== 'problem') seen.push(Math.max(0.008, kbps / 1000));
        if (kind === 'test') links.noteTest(ADDRESS, { mbps: kbps / 1000, rttMs: undefined });
        if (kind === 'stream') links.noteStream(ADDRESS, kbps, false);
        if (kind === 'problem') links.noteProblem(ADDRESS, 'It failed.');
        if (kind === 'bound') {
          links.noteStream(ADDRESS, kbps, true);
          assert.ok(links.of(ADDRESS).mbps >= before);
        }
        const { mbps } = links.of(ADDRESS);
        assert.ok(mbps >= Math.min(...seen) * 0.999 && mbps <= Math.max(...seen) * 1.001, String(mbps));
      }
    }),
  );
});

test.run();
