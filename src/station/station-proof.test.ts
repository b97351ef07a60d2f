// deadline: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Program } from '../testkit/program.ts';
import { proveStation } from './station-proof.ts';

const test = suite('proof of a station');
const TONE = 'source "tone" {\n  type = "test"\n}\n';

test('a station that sounds has proven itself; a mount that is not there has not', async () => {
  await using program = await Program.start(TONE);
  const url = program.url('');
  assert.is(await proveStation({ url, mount: '/stream' }, 30_000), undefined);
  assert.is(await proveStation({ url, mount: '/nothing' }, 0), 'The station answers 404 at /nothing');
});

test('one whose source is not there sounds by what it has built in', async () => {
  await using program = await Program.start('source "mic" {\n  type = "file"\n  path = "./gone.opus"\n}\n');
  assert.is(await proveStation({ url: program.url(''), mount: '/stream' }, 30_000), undefined);
});

test('one that is closed to listeners proves by its door', async () => {
  await using program = await Program.start(
    `${TONE}auth {\n  listeners = "password"\n  password = "a good password"\n}\n`,
  );
  assert.is(await proveStation({ url: program.url(''), mount: '/stream' }, 0), undefined);
});

test('where nobody answers, that is the reason', async () => {
  const problem = await proveStation({ url: 'http://127.0.0.1:9', mount: '/stream' }, 0);
  assert.match(problem ?? '', /^The station does not answer: /);
});

test.run();
