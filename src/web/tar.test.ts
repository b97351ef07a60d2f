import { execFileSync } from 'node:child_process';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tarOf } from './tar.ts';

const test = suite('tar');

test('tar reads what was written, whatever the sizes', () => {
  const files = [0, 1, 511, 512, 513, 5_000].map((size) => ({
    name: `pipit/${size}.txt`,
    bytes: Buffer.alloc(size, 'abc\n'),
  }));
  const archive = tarOf(files, Date.UTC(2024, 1, 29));
  assert.is(archive.length % 512, 0);
  const listed = String(execFileSync('tar', ['--utc', '-tvf', '-'], { input: archive }))
    .trim()
    .split('\n');
  assert.is(listed.length, 6);
  assert.match(listed[5] ?? '', /^-rw-r--r-- .* 5000 2024-02-29 00:00 pipit\/5000.txt$/);
  for (const { name, bytes } of files) {
    const unpacked = execFileSync('tar', ['-xOf', '-', name], { input: archive, encoding: 'buffer' });
    assert.ok(unpacked.equals(bytes), name);
  }
});

test.run();
