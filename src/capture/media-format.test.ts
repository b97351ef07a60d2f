import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mediaFormat } from './media-format.ts';

const test = suite('media format');
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const FRAME = '\xff\xfb\x90\xc4\0\0\0\0\0\0\0\0';

test('the type that the client names is believed where the bytes do not speak', () => {
  assert.is(mediaFormat('audio/mpeg', bytes(FRAME)), 'mp3');
  assert.is(mediaFormat('Audio/AACP; charset=x', bytes(FRAME)), 'aac');
  assert.is(mediaFormat('', bytes(FRAME)), undefined);
  assert.is(mediaFormat('text/html', bytes(FRAME)), undefined);
});

test('the bytes win where they speak', () => {
  assert.is(mediaFormat('audio/mpeg', bytes('OggS\0\x02')), 'ogg');
  assert.is(mediaFormat('', bytes('fLaC\0\0')), 'flac');
  assert.is(mediaFormat('audio/mpeg', bytes('RIFF\n\r\0\0WAVEfmt ')), 'wav');
  assert.is(mediaFormat('audio/aac', bytes('ID3\x04')), undefined);
});

test('Ogg and FLAC that do not begin as such are probed', () => {
  assert.is(mediaFormat('audio/ogg', bytes(FRAME)), undefined);
  assert.is(mediaFormat('audio/flac', bytes(FRAME)), undefined);
  assert.is(mediaFormat('audio/flac', bytes('')), undefined);
});

test.run();
