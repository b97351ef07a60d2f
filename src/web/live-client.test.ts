import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { LiveClient, type LiveConnection } from './live-client.ts';

const test = suite('live-client');

/** A connection of which the test says when something leaves it. */
class FakeConnection implements LiveConnection {
  bufferedAmount = 0;
  readonly sent: string[] = [];
  closedWith: number | undefined;
  readonly #pending: (() => void)[] = [];

  send(data: Buffer, _options: { binary: boolean }, sent: () => void): void {
    this.bufferedAmount += data.length;
    this.sent.push(String(data));
    this.#pending.push(sent);
  }

  close(code: number): void {
    this.closedWith = code;
  }

  leave(): void {
    this.bufferedAmount = 0;
    for (const sent of this.#pending.splice(0)) sent();
  }
}

function attend() {
  const connection = new FakeConnection();
  const clock = new FakeClock();
  const asked: (readonly string[])[] = [];
  const client = new LiveClient(connection, clock, (topics) => asked.push(topics));
  client.watched = new Set(['figures', 'log']);
  return { asked, client, clock, connection };
}

const KILOBYTES_40 = Buffer.alloc(40 * 1024, 'x');

test('who takes nothing is sent 64 KB, and then the newest state when that has left', () => {
  const { client, connection } = attend();
  client.send('figures', KILOBYTES_40, true);
  client.send('figures', Buffer.from('b'.repeat(30_000)), true);
  client.send('log', Buffer.from('l'.repeat(30_000)), false);
  client.send('figures', Buffer.from('c'.repeat(30_000)), true);
  assert.is(connection.sent.length, 1);
  assert.is(client.skipped, 3);
  connection.leave();
  assert.equal(
    connection.sent.map((message) => message[0]),
    ['x', 'c'],
    'a line of the log is gone, an old state as well',
  );
  connection.leave();
  assert.is(connection.sent.length, 2);
});

test('a state that nobody watches any more is not sent late', () => {
  const { client, connection } = attend();
  client.send('figures', KILOBYTES_40, true);
  client.send('figures', KILOBYTES_40, true);
  client.watched = new Set(['log']);
  connection.leave();
  assert.is(connection.sent.length, 1);
});

test('a message larger than the bound is sent when nothing is on its way', () => {
  const { client, connection } = attend();
  client.send('figures', Buffer.alloc(100_000), true);
  assert.is(connection.sent.length, 1);
});

test('topics are asked for by name, and everything else shows the client out', () => {
  const { asked, client, connection } = attend();
  client.receive('{"watch":["figures"]}');
  client.receive('{"watch":[]}');
  assert.equal(asked, [['figures'], []]);
  assert.is(connection.closedWith, undefined);
  for (const text of ['', '{}', '[]', '{"watch":"figures"}', '{"watch":[1]}', '{"watch":[],"more":1}', undefined]) {
    const wrong = attend();
    wrong.client.receive(text);
    assert.is(wrong.connection.closedWith, 1008, String(text));
    assert.is(wrong.asked.length, 0);
  }
  const many = attend();
  many.client.receive(JSON.stringify({ watch: Array(17).fill('figures') }));
  assert.is(many.connection.closedWith, 1008);
});

test('twenty messages in a second are as many as it may send', () => {
  const { asked, client, clock, connection } = attend();
  for (let count = 0; count < 20; count++) client.receive('{"watch":[]}');
  clock.advance(1_000);
  for (let count = 0; count < 20; count++) client.receive('{"watch":[]}');
  assert.is(connection.closedWith, undefined);
  client.receive('{"watch":[]}');
  assert.is(connection.closedWith, 1008);
  assert.is(asked.length, 40);
});

test('two looks without a sign of life are enough', () => {
  const { client } = attend();
  assert.ok(client.mayLive());
  assert.ok(client.mayLive());
  client.isAlive();
  assert.ok(client.mayLive());
  assert.ok(client.mayLive());
  assert.not(client.mayLive());
});

test.run();
