import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseRequestHead, type RequestHead } from '../core/request-head.ts';
import type { Codec } from '../core/rung.ts';
import { negotiate } from './negotiate.ts';

const test = suite('negotiate');
const OPTIONS = { burstSeconds: 2, maxBurstSeconds: 30, autoKbps: 128 };

function head(target: string, accept?: string): RequestHead {
  const line = accept === undefined ? '' : `Accept: ${accept}\r\n`;
  return parseRequestHead(Buffer.from(`GET ${target} HTTP/1.1\r\nHost: pipit\r\n${line}\r\n`)) as RequestHead;
}

function rung(target: string, accept?: string, codec?: Codec): string {
  const result = negotiate(head(target, accept), codec, OPTIONS);
  return 'rung' in result ? result.rung.name : `${result.status} ${result.reason}`;
}

test('MP3 is what a listener gets unless its Accept rules that out', () => {
  assert.is(rung('/stream'), 'mp3@128');
  assert.is(rung('/stream', '*/*'), 'mp3@128');
  assert.is(rung('/stream', 'audio/webm,audio/ogg,audio/wav,audio/*;q=0.9,*/*;q=0.5'), 'mp3@128', 'Firefox');
  assert.is(rung('/stream', 'audio/ogg'), 'opus@128');
  assert.is(rung('/stream', 'audio/mpeg;q=0, */*'), 'mp3@128', 'nothing else is asked for by name');
  assert.is(rung('/stream', 'audio/mpeg;q=0, audio/aac;q=0.4, audio/flac;q=0.9'), 'flac@lossless');
  assert.is(rung('/stream', 'text/html'), 'mp3@128', 'better a stream than a refusal');
});

test('the extension of the path rules over Accept', () => {
  assert.is(rung('/stream.opus', 'audio/mpeg', 'opus'), 'opus@128');
  assert.is(rung('/stream.flac', undefined, 'flac'), 'flac@lossless');
});

test('a quality chooses the rung', () => {
  assert.is(rung('/stream?quality=low'), 'mp3@64');
  assert.is(rung('/stream?quality=ultra', undefined, 'aac'), 'aac@320');
  assert.is(rung('/stream?quality=lossless'), 'flac@lossless');
  assert.is(rung('/stream?quality=high', undefined, 'flac'), 'flac@lossless');
});

test('what makes no sense is refused with a reason', () => {
  assert.match(rung('/stream?quality=best'), /^400 .*"best".*low, medium/);
  assert.match(rung('/stream?quality=lossless', undefined, 'mp3'), /^400 .*\.flac/);
  assert.match(rung('/stream?burst=-1'), /^400 .*0 to 30/);
  assert.match(rung('/stream?burst=1e9'), /^400/);
  assert.match(rung('/stream?burst=x'), /^400/);
});

test('a listener may choose its burst', () => {
  const result = negotiate(head('/stream?burst=0.5'), undefined, OPTIONS);
  assert.is('rung' in result && result.burstSeconds, 0.5);
});

test.run();
