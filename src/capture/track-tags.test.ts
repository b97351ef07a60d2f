import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NO_METADATA } from '../core/access-unit.ts';
import { metadataOf } from './track-tags.ts';

const test = suite('track tags');

test('title and artist are taken whatever their case', () => {
  assert.equal(metadataOf({ TITLE: 'Dawn', Artist: 'Wren' }), { title: 'Dawn', artist: 'Wren' });
  assert.equal(metadataOf({ title: 'Dawn', album_artist: 'Various' }), { title: 'Dawn', artist: 'Various' });
  assert.equal(metadataOf({ artist: 'Wren' }), { title: '', artist: 'Wren' });
});

test('what a radio station sends is split at the first dash between blanks', () => {
  const split = (text: string) => metadataOf({ StreamTitle: text, 'icy-name': 'Radio' });
  assert.equal(split('Wren - Dawn - live'), { artist: 'Wren', title: 'Dawn - live' });
  assert.equal(split('News at seven'), { artist: '', title: 'News at seven' });
  assert.equal(split('Jay-Z'), { artist: '', title: 'Jay-Z' });
  assert.equal(split(' - '), { artist: '', title: '-' });
});

test('no tags, or empty ones, are no metadata', () => {
  assert.is(metadataOf({}), NO_METADATA);
  assert.is(metadataOf({ encoder: 'Lavf', title: ' ' }), NO_METADATA);
});

test('control characters become blanks, and the length is bounded', () => {
  assert.is(metadataOf({ title: 'a\r\nX-Evil: 1\u0000b\u009bc' }).title, 'a X-Evil: 1 b c');
  assert.is(metadataOf({ title: 'x'.repeat(100_000) }).title.length, 256);
});

test.run();
