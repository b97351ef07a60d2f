import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { captiveAnswer } from './captive-answer.ts';

const test = suite('answers of the access point’s name server');

const OURS = Uint8Array.of(10, 42, 0, 1);

/** As dig sends it, its EDNS record included. */
function query(name: string, type: number, { id = 0x1234, flags = 0x0120 } = {}): Buffer {
  const labels = name.split('.').flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(flags, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(1, 10);
  const edns = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0];
  return Buffer.concat([head, Buffer.from([...labels, 0, type >> 8, type & 255, 0, 1, ...edns])]);
}

test('every name has our address, for no time at all', () => {
  const asked = query('captive.apple.com', 1);
  const answer = captiveAnswer(asked, OURS) as Buffer;
  assert.is(answer.readUInt16BE(0), 0x1234);
  // Response, authoritative, recursion desired and available, no error.
  assert.is(answer.readUInt16BE(2), 0x8580);
  assert.equal(
    [4, 6, 8, 10].map((at) => answer.readUInt16BE(at)),
    [1, 1, 0, 0],
  );
  const question = asked.subarray(12, asked.length - 11);
  assert.equal(answer.subarray(12, 12 + question.length), question);
  assert.equal([...answer.subarray(12 + question.length)], [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 10, 42, 0, 1]);
});

test('for other kinds of records there are names without any', () => {
  for (const type of [28, 65, 16, 255]) {
    const answer = captiveAnswer(query('example.org', type), OURS) as Buffer;
    assert.equal([answer.readUInt16BE(2) & 0x0f, answer.readUInt16BE(4), answer.readUInt16BE(6)], [0, 1, 0]);
  }
});

test('what can’t be read is refused, and answers are not answered', () => {
  assert.is(captiveAnswer(query('a', 1, { flags: 0x8180 }), OURS), undefined);
  assert.is(captiveAnswer(Buffer.alloc(11), OURS), undefined);
  assert.is((captiveAnswer(query('a', 1, { flags: 0x2800 }), OURS) as Buffer).readUInt16BE(2) & 0x0f, 4);
  const pointer = Buffer.concat([query('a', 1).subarray(0, 12), Buffer.from([0xc0, 12, 0, 1, 0, 1])]);
  assert.is((captiveAnswer(pointer, OURS) as Buffer).readUInt16BE(2) & 0x0f, 1);
  assert.is((captiveAnswer(query('a', 1).subarray(0, 15), OURS) as Buffer).readUInt16BE(2) & 0x0f, 1);
});

test('whatever comes, an answer is short and never makes it fail', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      const answer = captiveAnswer(Buffer.from(bytes), OURS);
      assert.ok(answer === undefined || answer.length <= Math.max(12, bytes.length + 16));
    }),
  );
});

test.run();
