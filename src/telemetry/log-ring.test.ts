import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { LOG_LEVELS } from '../core/log-line.ts';
import { LogRing } from './log-ring.ts';

const test = suite('log-ring');

function filled(count: number, options?: ConstructorParameters<typeof LogRing>[0]): LogRing {
  const ring = new LogRing(options);
  for (let line = 1; line <= count; line++) ring.add('info', 'mic', `line ${line}`, line);
  return ring;
}

test('the last five hundred lines are there', () => {
  const lines = filled(1_200).after(0);
  assert.is(lines.length, 500);
  assert.equal(lines.at(-1), { id: 1_200, timeMs: 1_200, level: 'info', room: 'mic', text: 'line 1200' });
  assert.is(lines[0]?.id, 701);
});

test('long lines are cut, and push others out before they fill the memory', () => {
  const ring = new LogRing();
  for (let line = 0; line < 400; line++) ring.add('info', '', 'x'.repeat(5_000), 0);
  const lines = ring.after(0);
  assert.is(lines.length, 131);
  assert.ok(lines.every(({ text }) => text.length === 1_000 && text.endsWith('…')));
});

test('lines after a number, not less bad than a level, and not more than asked for', () => {
  const ring = new LogRing();
  for (const level of LOG_LEVELS) ring.add(level, '', level, 0);
  const texts = (...asked: Parameters<LogRing['after']>) => ring.after(...asked).map(({ text }) => text);
  assert.equal(texts(0, 'warning'), ['warning', 'error', 'crit']);
  assert.equal(texts(4, 'debug'), ['error', 'crit']);
  assert.equal(texts(0, 'info', 2), ['info', 'notice']);
  assert.equal(texts(6), []);
  assert.equal(texts(99), []);
  assert.equal(new LogRing().after(0), []);
});

test('whatever the number, the lines after it that are kept come once each', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: -5, max: 80 }), (count, id) => {
      const ring = filled(count, { maxLines: 20, maxCharacters: 10_000 });
      const kept = Array.from({ length: count }, (_, index) => index + 1).slice(-20);
      assert.equal(
        ring.after(id).map((line) => line.id),
        kept.filter((number) => number > id),
      );
    }),
  );
});

test.run();
