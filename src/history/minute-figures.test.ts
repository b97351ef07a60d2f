import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MinuteFigures } from './minute-figures.ts';

const test = suite('minute figures');

test('gauges have mean and highest, counters what they have grown by, and each minute begins anew', () => {
  const figures = new MinuteFigures();
  for (const value of [1, 2, 6]) figures.add({ name: 'listeners', subject: '', value });
  for (const value of [100, 100, 140]) figures.add({ name: 'sent_bytes_total', subject: '', value });
  for (const value of [5, 7]) figures.add({ name: 'made_up_total', subject: '', value });
  assert.equal(figures.take(), [
    { name: 'listeners', subject: '', isCounter: false, value: 3, max: 6 },
    { name: 'sent_bytes_total', subject: '', isCounter: true, value: 140, max: 140 },
    { name: 'made_up_total', subject: '', isCounter: true, value: 7, max: 7 },
  ]);
  assert.equal(figures.take(), []);
  figures.add({ name: 'sent_bytes_total', subject: '', value: 150 });
  assert.equal(figures.take(), [{ name: 'sent_bytes_total', subject: '', isCounter: true, value: 10, max: 10 }]);
});

test('subjects are told apart, a counter that begins anew has grown by what it shows, and what is no number is left out', () => {
  const figures = new MinuteFigures();
  figures.add({ name: 'level_rms_dbfs', subject: 'mic', value: -20 });
  figures.add({ name: 'level_rms_dbfs', subject: 'garden', value: -60 });
  figures.add({ name: 'level_rms_dbfs', subject: 'garden', value: Number.NEGATIVE_INFINITY });
  figures.add({ name: 'source_restarts_total', subject: 'mic', value: 9 });
  figures.add({ name: 'source_restarts_total', subject: 'mic', value: 2 });
  assert.equal(
    figures.take().map(({ name, subject, value, max }) => [name, subject, value, max]),
    [
      ['level_rms_dbfs', 'mic', -20, -20],
      ['level_rms_dbfs', 'garden', -60, -60],
      ['source_restarts_total', 'mic', 11, 11],
    ],
  );
});

test('a thousand figures are gathered, and no more', () => {
  const figures = new MinuteFigures();
  for (let n = 0; n < 1_200; n++) figures.add({ name: 'listeners_on_rung', subject: `${n}`, value: n });
  assert.is(figures.take().length, 1_000);
});

test.run();
