// deadline: 60 s
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { decodeAudio, toneDb } from '../testkit/decode-audio.ts';
import { Program } from '../testkit/program.ts';
import { byteRange } from './ranged-file.ts';

const test = suite('clip routes');
const AUTHORIZATION = { authorization: `Basic ${btoa('me:correct horse')}` };

/** A path as it is, without what fetch makes of dots. */
function rawStatus(port: number, path: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  request({ port, host: '127.0.0.1', path }, (response) => {
    response.resume();
    resolve(response.statusCode ?? 0);
  })
    .on('error', reject)
    .end();
  return promise;
}

test('the last seconds are saved, listed, had in parts and removed', async () => {
  await using program = await Program.start(`
    data_dir = "./data"
    source "tone" {
      type = "test"
      gain_db = -6
    }
    mount "/stream" { source = "tone" }
    metadata { station_name = "Hen House" }
    auth { password = "correct horse" }`);
  const post = (body: string, headers: object = AUTHORIZATION): Promise<Response> =>
    fetch(program.url('/api/clips'), { method: 'POST', headers: { ...headers }, body });
  while ((await program.stats()).ring.seconds < 4) await new Promise((resolve) => setTimeout(resolve, 100));

  assert.is((await post('{}', {})).status, 401);
  for (const wrong of ['{"seconds":0}', '{"seconds":1e9}', '{"mount":"stream"}', '{"path":"/x"}', 'x']) {
    assert.is((await post(wrong)).status, 422, wrong);
  }
  const unknown = await post('{"mount":"/other"}');
  assert.is(unknown.status, 404);
  assert.match(((await unknown.json()) as { error: string }).error, /other.*\/stream/);

  const saved = (await (await post('{"seconds":3}')).json()) as { name: string; url: string; seconds: number };
  assert.match(saved.name, /^hen-house-\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d\.mp3$/);
  assert.ok(Math.abs(saved.seconds - 3) < 0.2, `${saved.seconds}`);
  assert.equal(readdirSync(join(program.dir, 'data', 'clips')), [saved.name]);
  const list = (await (await fetch(program.url('/api/clips'))).json()) as {
    clips: { url: string; size_bytes: number }[];
  };
  assert.is(list.clips.length, 1);
  assert.is(list.clips[0]?.url, saved.url);

  const whole = await fetch(program.url(saved.url));
  assert.is(whole.headers.get('content-type'), 'audio/mpeg');
  const bytes = Buffer.from(await whole.arrayBuffer());
  assert.is(bytes.length, list.clips[0]?.size_bytes);
  const audio = await decodeAudio(bytes, { channels: 2 });
  assert.ok(
    Math.abs(toneDb({ samples: audio.samples.subarray(9600, 48_000), channels: 2 }, 0, 440) + 26) < 1.5,
    'the gain is in it',
  );

  const part = await fetch(program.url(saved.url), { headers: { range: 'bytes=100-199' } });
  assert.is(part.status, 206);
  assert.is(part.headers.get('content-range'), `bytes 100-199/${bytes.length}`);
  assert.equal(Buffer.from(await part.arrayBuffer()), bytes.subarray(100, 200));
  const beyond = await fetch(program.url(saved.url), { headers: { range: `bytes=${bytes.length}-` } });
  assert.is(beyond.status, 416);
  const head = await fetch(program.url(saved.url), { method: 'HEAD' });
  assert.equal([head.status, head.headers.get('content-length')], [200, `${bytes.length}`]);

  writeFileSync(join(program.dir, 'data', 'clips', 'notes.txt'), 'of somebody');
  mkdirSync(join(program.dir, 'data', 'clips', 'folder.mp3'));
  for (const path of [
    '/clips/..%2f..%2fconfig.hcl',
    '/clips/../../config.hcl',
    '/clips/notes.txt',
    '/clips/folder.mp3',
    '/clips/',
    '/clips/%00.mp3',
    '/clips/%',
  ]) {
    assert.ok([400, 404].includes(await rawStatus(program.port, path)), path);
  }

  assert.is((await fetch(program.url(`/api/clips/${saved.name}`), { method: 'DELETE' })).status, 401);
  const removed = await fetch(program.url(`/api/clips/${saved.name}`), { method: 'DELETE', headers: AUTHORIZATION });
  assert.is(removed.status, 200);
  const again = await fetch(program.url(`/api/clips/${saved.name}`), { method: 'DELETE', headers: AUTHORIZATION });
  assert.is(again.status, 404);
  assert.is((await fetch(program.url(saved.url))).status, 404);
});

test('a range is what RFC 9110 says, or the whole', () => {
  assert.equal(byteRange(undefined, 10), 'all');
  assert.equal(byteRange('bytes=0-', 10), { from: 0, to: 9 });
  assert.equal(byteRange('bytes=2-4', 10), { from: 2, to: 4 });
  assert.equal(byteRange('bytes=8-99', 10), { from: 8, to: 9 });
  assert.equal(byteRange('bytes=-3', 10), { from: 7, to: 9 });
  assert.equal(byteRange('bytes=-30', 10), { from: 0, to: 9 });
  for (const beyond of ['bytes=10-', 'bytes=-0', 'bytes=11-12']) assert.is(byteRange(beyond, 10), 'none', beyond);
  for (const other of ['bytes=4-2', 'bytes=-', 'bytes=0-1,3-4', 'lines=1-2', 'bytes=a-b', '']) {
    assert.is(byteRange(other, 10), 'all', other);
  }
  fc.assert(
    fc.property(fc.string(), fc.nat(), fc.nat(), fc.nat({ max: 1e6 }), (junk, from, to, size) => {
      for (const header of [junk, `bytes=${from}-${to}`, `bytes=-${to}`, `bytes=${from}-`]) {
        const range = byteRange(header, size);
        if (typeof range !== 'string') assert.ok(range.from >= 0 && range.from <= range.to && range.to < size);
      }
    }),
  );
});

test.run();
