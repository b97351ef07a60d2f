import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseRequestHead, type RequestHead } from '../core/request-head.ts';
import type { Codec } from '../core/rung.ts';
import { negotiate } from './negotiate.ts';

const test = suite('negotiate');

function head(target: string, accept?: string): RequestHead {
  const line = accept === undefined ? '' : `Accept: ${accept}\r\n`;
  return parseRequestHead(Buffer.from(`GET ${target} HTTP/1.1\r\nHost: pipit\r\n${line}\r\n`)) as RequestHead;
}

function wish(target: string, accept?: string, codec?: Codec): string {
  const result = negotiate(head(target, accept), codec, 30);
  return 'codec' in result ? `${result.codec} ${result.quality ?? '-'}` : `${result.status} ${result.reason}`;
}

test('MP3 is what a listener gets unless its Accept rules that out', () => {
  assert.is(wish('/stream'), 'mp3 -');
  assert.is(wish('/stream', '*/*'), 'mp3 -');
  assert.is(wish('/stream', 'audio/webm,audio/ogg,audio/wav,audio/*;q=0.9,*/*;q=0.5'), 'mp3 -', 'Firefox');
  assert.is(wish('/stream', 'audio/ogg'), 'opus -');
  assert.is(wish('/stream', 'audio/mpeg;q=0, */*'), 'mp3 -', 'nothing else is asked for by name');
  assert.is(wish('/stream', 'audio/mpeg;q=0, audio/aac;q=0.4, audio/flac;q=0.9'), 'flac -');
  assert.is(wish('/stream', 'text/html'), 'mp3 -', 'better a stream than a refusal');
});

test('the extension of the path rules over Accept', () => {
  assert.is(wish('/stream.opus', 'audio/mpeg', 'opus'), 'opus -');
  assert.is(wish('/stream.flac', undefined, 'flac'), 'flac -');
});

test('a quality is one of those that there are', () => {
  assert.is(wish('/stream?quality=low'), 'mp3 low');
  assert.is(wish('/stream?quality=ultra', undefined, 'aac'), 'aac ultra');
  assert.is(wish('/stream?quality=lossless'), 'flac lossless');
  assert.is(wish('/stream?quality=high', undefined, 'flac'), 'flac high');
  assert.is(wish('/stream?quality=auto'), 'mp3 auto');
});

test('what makes no sense is refused with a reason', () => {
  assert.match(wish('/stream?quality=best'), /^400 .*"best".*low, medium/);
  assert.match(wish('/stream?quality=lossless', undefined, 'mp3'), /^400 .*\.flac/);
  assert.match(wish('/stream?burst=-1'), /^400 .*0 to 30/);
  assert.match(wish('/stream?burst=1e9'), /^400/);
  assert.match(wish('/stream?burst=x'), /^400/);
});

test('a listener may choose its burst', () => {
  const result = negotiate(head('/stream?burst=0.5'), undefined, 30);
  assert.is('codec' in result && result.burstSeconds, 0.5);
});

test.run();
