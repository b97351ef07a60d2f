import { EventEmitter } from 'node:events';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { HeldConnections } from './held-connections.ts';

const test = suite('held connections');

class Connection extends EventEmitter {
  isEnded = false;

  destroy(): void {
    this.isEnded = true;
    this.emit('close');
  }
}

function holding() {
  const clock = new FakeClock();
  const good = new Set(['grandma', 'owner']);
  return { clock, good, held: new HeldConnections({ clock }, (pass) => good.has(pass)) };
}

test('who was let in for what is no longer good is cut off within ten seconds, and nobody else', () => {
  const { clock, good, held } = holding();
  const [guest, owner] = [new Connection(), new Connection()];
  held.hold('grandma', guest);
  held.hold('owner', owner);
  clock.advance(60_000);
  assert.equal([guest.isEnded, owner.isEnded], [false, false]);
  good.delete('grandma');
  clock.advance(10_000);
  assert.equal([guest.isEnded, owner.isEnded, held.size], [true, false, 1]);
});

test('a connection that is held again for its next request counts once, and is forgotten when it closes', () => {
  const { clock, held } = holding();
  const connection = new Connection();
  held.hold('owner', connection);
  held.hold('owner', connection);
  assert.equal([held.size, connection.listenerCount('close')], [1, 1]);
  connection.emit('close');
  assert.is(held.size, 0);
  clock.advance(10_000);
  assert.is(clock.pendingTimers, 0);
});

test('no timer is left when it is given up', () => {
  const { clock, held } = holding();
  held.hold('owner', new Connection());
  held[Symbol.dispose]();
  held[Symbol.dispose]();
  assert.equal([clock.pendingTimers, held.size], [0, 0]);
});

test.run();
