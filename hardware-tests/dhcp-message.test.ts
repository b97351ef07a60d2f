import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type DhcpAnswer, dhcpAnswer, dhcpQuestion } from './dhcp-message.ts';

const test = suite('DHCP message');

const MAC = Buffer.from('020000000200', 'hex');
const OFFER: DhcpAnswer = { kind: 'offer', address: '10.42.0.17', prefixBits: 24, server: '10.42.0.1' };

/** As a server writes it. */
function answer(type: number, transaction: number, mask = [255, 255, 255, 0]): Buffer {
  const message = Buffer.alloc(300);
  message.set([2, 1, 6]);
  message.writeUInt32BE(transaction, 4);
  message.set([10, 42, 0, 17], 16);
  message.writeUInt32BE(0x63825363, 236);
  message.set([0, 53, 1, type, 0, 0, 54, 4, 10, 42, 0, 1, 1, 4, ...mask, 51, 4, 0, 0, 2, 88, 255], 240);
  return message;
}

test('a question names its asker and wants to be answered to all', () => {
  const question = dhcpQuestion(MAC, 0xdeadbeef);
  assert.is(question.length, 300);
  assert.equal([...question.subarray(0, 4)], [1, 1, 6, 0]);
  assert.is(question.readUInt32BE(4), 0xdeadbeef);
  assert.is(question.readUInt16BE(10), 0x8000);
  assert.equal(question.subarray(28, 34), MAC);
  assert.equal([...question.subarray(240, 244)], [53, 1, 1, 255]);
});

test('what is offered is taken, from who offers it', () => {
  const options = dhcpQuestion(MAC, 7, OFFER).subarray(240, 256);
  assert.equal([...options], [53, 1, 3, 50, 4, 10, 42, 0, 17, 54, 4, 10, 42, 0, 1, 255]);
});

test('an offer and what is given are read, whatever else is between them', () => {
  assert.equal(dhcpAnswer(answer(2, 7), 7), OFFER);
  assert.equal(dhcpAnswer(answer(5, 7), 7), { ...OFFER, kind: 'ack' });
  assert.is(dhcpAnswer(answer(5, 7, [255, 255, 240, 0]), 7)?.prefixBits, 20);
});

test('answers to others, refusals and what is cut off are nothing', () => {
  assert.is(dhcpAnswer(answer(2, 8), 7), undefined);
  assert.is(dhcpAnswer(answer(6, 7), 7), undefined);
  assert.is(dhcpAnswer(dhcpQuestion(MAC, 7), 7), undefined);
  for (let length = 0; length < 258; length += 1) {
    assert.is(dhcpAnswer(answer(2, 7).subarray(0, length), 7), undefined, `${length} bytes`);
  }
});

test.run();
