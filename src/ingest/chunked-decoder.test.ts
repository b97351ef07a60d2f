import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NetworkError } from '../core/errors.ts';
import { parseRequestHead } from '../core/request-head.ts';
import { bodyDecoderFor } from './body-decoder.ts';
import { ChunkedDecoder } from './chunked-decoder.ts';

const test = suite('ChunkedDecoder');

/** Decodes portions; `isDone` after the last. */
function decode(portions: readonly Buffer[]): { media: Buffer; isDone: boolean } {
  const decoder = new ChunkedDecoder();
  const media: Buffer[] = [];
  let isDone = false;
  for (const portion of portions) isDone = decoder.decode(portion, (part) => media.push(Buffer.from(part)));
  return { media: Buffer.concat(media), isDone };
}

function decodeText(text: string): { media: string; isDone: boolean } {
  const { media, isDone } = decode([Buffer.from(text, 'latin1')]);
  return { media: media.toString('latin1'), isDone };
}

test('takes the framing off, in whatever way it is written', () => {
  assert.equal(decodeText('3\r\nabc\r\n0\r\n\r\n'), { media: 'abc', isDone: true });
  assert.equal(decodeText('003;name="x;y"\r\nabc\r\n0\r\n\r\n'), { media: 'abc', isDone: true });
  assert.equal(decodeText('A\n0123456789\n1 \r\nx\r\n0\nTrailer: 1\n\n'), { media: '0123456789x', isDone: true });
  assert.equal(decodeText('3\r\nab'), { media: 'ab', isDone: false });
  assert.equal(decodeText('3\r\nabc\r\n0\r\n'), { media: 'abc', isDone: false });
});

test('what follows the last chunk is not media', () => {
  assert.equal(decodeText('1\r\na\r\n0\r\n\r\nGET / HTTP/1.1'), { media: 'a', isDone: true });
});

test('broken framing is refused', () => {
  for (const text of [
    'xyz\r\n',
    '-1\r\n',
    '\r\n',
    '3\r\nabcd\r\n',
    '3\r\nabc0\r\n\r\n',
    'fffffffffffffff\r\n',
    `1;${'x'.repeat(2000)}`,
    `0\r\n${'a: b\r\n'.repeat(2000)}`,
  ]) {
    try {
      decodeText(text);
      assert.unreachable(text.slice(0, 40));
    } catch (error) {
      assert.instance(error, NetworkError, text.slice(0, 40));
    }
  }
});

test('media come out as they went in, however they are chunked and cut into portions', () => {
  const chunk = fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.constantFrom('', ';a', ';a="b"'));
  fc.assert(
    fc.property(fc.array(chunk), fc.array(fc.nat(2000), { maxLength: 20 }), fc.boolean(), (chunks, cuts, upper) => {
      const parts = chunks.flatMap(([data, extension]) => {
        const size = data.length.toString(16);
        return [Buffer.from(`${upper ? size.toUpperCase() : size}${extension}\r\n`), data, Buffer.from('\r\n')];
      });
      const whole = Buffer.concat([...parts, Buffer.from('0\r\nX-Trailer: y\r\n\r\n')]);
      const ends = [...cuts.filter((cut) => cut < whole.length), whole.length].sort((a, b) => a - b);
      const portions = ends.map((end, index) => whole.subarray(ends[index - 1] ?? 0, end));
      const { media, isDone } = decode(portions);
      assert.ok(isDone);
      assert.ok(media.equals(Buffer.concat(chunks.map(([data]) => data))));
    }),
    { numRuns: 300 },
  );
});

test('whatever comes, it decodes or throws a NetworkError, and never passes on more than came', () => {
  const piece = fc.oneof(fc.constantFrom('0', '3', 'f', '\r\n', '\n', '\r', ';', 'abc', ' '), fc.string());
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('');
      try {
        assert.ok(decodeText(text).media.length <= text.length);
      } catch (error) {
        assert.instance(error, NetworkError);
      }
    }),
    { numRuns: 1000 },
  );
});

test('a body of a known length ends there', () => {
  const head = parseRequestHead(Buffer.from('PUT / HTTP/1.1\r\nContent-Length: 4\r\n\r\n'));
  assert.ok(head);
  const decoder = bodyDecoderFor(head);
  let media = '';
  const emit = (part: Buffer): void => {
    media += part.toString();
  };
  assert.not.ok(decoder.decode(Buffer.from('ab'), emit));
  assert.ok(decoder.decode(Buffer.from('cdef'), emit));
  assert.is(media, 'abcd');
});

test.run();
