import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { NotMqtt, PacketGate } from './packet-gate.ts';

const test = suite('PacketGate');

const CONNACK = Buffer.from([0x20, 2, 0, 0]);

function packet(length: number): Buffer {
  const header = [0x30];
  for (let rest = length; ; rest >>= 7) {
    header.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    if (rest <= 0x7f) break;
  }
  return Buffer.concat([Buffer.from(header), Buffer.alloc(length, length & 0xff)]);
}

test('lets through exactly the packets that fit, however they are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 50 }),
      (lengths, cuts) => {
        const packets = [CONNACK, ...lengths.map(packet)];
        const all = Buffer.concat(packets);
        const skipped: number[] = [];
        const gate = new PacketGate({ maxBytes: 200, onSkipped: (size) => skipped.push(size) });
        const out: Buffer[] = [];
        for (let at = 0, index = 0; at < all.length; index += 1) {
          const end = at + (cuts[index % cuts.length] as number);
          out.push(...gate.pass(all.subarray(at, end)));
          at = end;
        }
        assert.ok(Buffer.concat(out).equals(Buffer.concat(packets.filter(({ length }) => length <= 200))));
        assert.equal(
          skipped,
          packets.filter(({ length }) => length > 200).map(({ length }) => length),
        );
      },
    ),
  );
});

test('what does not begin with the answer of a broker is none', () => {
  const gate = () => new PacketGate({ maxBytes: 100, onSkipped() {} });
  assert.throws(
    () => gate().pass(Buffer.from('HTTP/1.1 400 Bad Request\r\n')),
    (error: unknown) => error instanceof NotMqtt,
  );
  assert.throws(() => gate().pass(Buffer.from([0x20, 0xff, 0xff, 0xff, 0xff, 1])));
});

test.run();
