import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { prometheusText } from './prometheus-text.ts';

const test = suite('prometheus-text');

test('each metric is explained, and its values follow', async () => {
  const text = await prometheusText([
    { name: 'a_ratio', help: 'A part', type: 'gauge', samples: [{ value: 0.5 }] },
    { name: 'b_total', help: 'How often', type: 'counter', samples: [{ value: 3, labels: { mount: '/x' } }] },
  ]);
  const [first, second] = text.trim().split('\n\n');
  assert.is(first, '# HELP a_ratio A part\n# TYPE a_ratio gauge\na_ratio 0.5');
  assert.is(second, '# HELP b_total How often\n# TYPE b_total counter\nb_total{mount="/x"} 3');
  assert.ok(text.endsWith('\n'));
});

test('what is not known is left out', async () => {
  assert.is((await prometheusText([{ name: 'a', help: 'A', type: 'gauge', samples: [] }])).trim(), '');
});

test('names of people cannot break a line', async () => {
  const labels = { source: 'a "b"\n\\c' };
  const text = await prometheusText([{ name: 'a', help: 'A\nB', type: 'gauge', samples: [{ value: 1, labels }] }]);
  assert.ok(text.includes('a{source="a \\"b\\"\\n\\\\c"} 1'), text);
  assert.ok(text.includes('# HELP a A\\nB\n'), text);
});

test('a histogram has its buckets behind its name', async () => {
  const text = await prometheusText([
    {
      name: 'h_seconds',
      help: 'How long',
      type: 'histogram',
      samples: [
        { value: 2, suffix: '_bucket', labels: { le: '+Inf' } },
        { value: 3.5, suffix: '_sum' },
        { value: 2, suffix: '_count' },
      ],
    },
  ]);
  assert.ok(text.includes('h_seconds_bucket{le="+Inf"} 2\nh_seconds_sum 3.5\nh_seconds_count 2'), text);
});

test.run();
