import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NetworkError } from '../core/errors.ts';
import { parseRequestHead } from '../core/request-head.ts';
import { cleanText } from './clean-text.ts';
import { type MetadataUpdate, readMetadataUpdate } from './metadata-update.ts';

const test = suite('metadata update');

function read(query: string): MetadataUpdate {
  const head = parseRequestHead(Buffer.from(`GET /admin/metadata?${query} HTTP/1.0\r\n\r\n`));
  assert.ok(head);
  return readMetadataUpdate(head);
}

function song(value: string, more = ''): [artist: string, title: string] {
  const { metadata } = read(`mode=updinfo&mount=/stream&song=${value}${more}`);
  return [metadata.artist, metadata.title];
}

test('a song is artist and title', () => {
  assert.equal(read('mode=updinfo&mount=%2Fstream&song=Artist%20-%20Title'), {
    mount: '/stream',
    metadata: { artist: 'Artist', title: 'Title' },
  });
  assert.equal(song('A+B+-+C+-+D'), ['A B', 'C - D']);
  assert.equal(song('No-dash'), ['', 'No-dash']);
  assert.equal(song(''), ['', '']);
});

test('title and artist may come by themselves', () => {
  assert.equal(read('mode=updinfo&mount=/s&title=T&artist=A').metadata, { title: 'T', artist: 'A' });
  assert.equal(read('mode=updinfo&mount=/s&title=T').metadata, { title: 'T', artist: '' });
});

test('text is UTF-8 or Latin-1 as it says, or else as it looks', () => {
  assert.equal(song('%C3%84'), ['', 'Ä']);
  assert.equal(song('%C4'), ['', 'Ä']);
  assert.equal(song('%C4', '&charset=ISO-8859-1'), ['', 'Ä']);
  assert.equal(song('%C3%84', '&charset=latin1'), ['', 'Ã„']);
  assert.equal(song('%C3%84', '&charset=utf-8'), ['', 'Ä']);
});

test('control characters go and what is too long is cut', () => {
  assert.equal(song('%00a%0d%0aStreamUrl%1b%7f'), ['', 'a StreamUrl']);
  assert.is(song('x'.repeat(3000))[1].length, 250);
  assert.is(cleanText('👍'.repeat(300), 250), '👍'.repeat(250));
});

test('what makes no sense is refused', () => {
  for (const query of [
    '',
    'mode=updinfo',
    'mode=updinfo&mount=/stream',
    'mount=/stream&song=x',
    'mode=stats&mount=/stream&song=x',
    'mode=updinfo&mount=stream&song=x',
    'mode=updinfo&mount=/stream&song=x&charset=klingon',
  ]) {
    assert.throws(
      () => read(query),
      (error: unknown) => error instanceof NetworkError && error.code === 'ingest.metadata',
      query,
    );
  }
});

test('any query is read or refused, and text is always fit to be shown', () => {
  const value = fc.oneof(
    fc.string({ unit: 'binary' }).map((text) => encodeURIComponent(text.toWellFormed())),
    fc.stringMatching(/^[!-~]{0,20}$/),
  );
  fc.assert(
    fc.property(value, value, (first, second) => {
      try {
        const { metadata } = read(`mode=updinfo&mount=/stream&song=${first}&artist=${second}`.replaceAll('#', ''));
        for (const text of [metadata.artist, metadata.title]) {
          assert.not.match(text, /\p{Cc}/u);
          assert.ok(text.isWellFormed() && [...text].length <= 250);
        }
      } catch (error) {
        assert.instance(error, NetworkError);
      }
    }),
    { numRuns: 500 },
  );
});

test.run();
