import type { Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Listener } from '../broadcast/listener.ts';
import type { ListenerBelief } from '../quality/listener-sight.ts';
import { ListeningSession } from './listening-session.ts';

const test = suite('listening-session');

const S = 1_000_000;
const BELIEF: ListenerBelief = {
  linkKbps: undefined,
  shownKbps: undefined,
  bufferS: 2,
  underwayS: 0,
  stalls: 0,
  stalledS: 0,
};

/** Of a listener whose rung ends at 100 s. */
function session(listener: { lagUs?: number; isBlocked?: boolean } = {}, belief?: Partial<ListenerBelief>) {
  const fake = {
    info: { id: 1, quality: 'auto', address: '10.0.0.1', userAgent: 'x' },
    sink: {},
    track: { endPtsUs: 100 * S },
    lagUs: 0,
    isBlocked: false,
    ...listener,
  } as unknown as Listener;
  return new ListeningSession(fake, '/stream', () => (belief === undefined ? undefined : { ...BELIEF, ...belief }));
}

test('sound is as late as the newest that was handed over is old', () => {
  assert.is(session().latencyUs(100.2 * S), 0.2 * S);
  assert.is(session({ lagUs: 3 * S }).latencyUs(100.2 * S), 3.2 * S);
  assert.is(session({}, { underwayS: 0.5 }).latencyUs(100.2 * S), 0.7 * S);
  assert.is(session({}, { underwayS: undefined }).latencyUs(100.2 * S), 0.2 * S, 'nobody knows what arrives');
});

test('while there is no sound nothing can be late', () => {
  assert.is(session().latencyUs(104 * S), undefined);
});

test('what was found out is told only where what arrives is known', () => {
  assert.is(session().findings, undefined);
  assert.is(session({}, { underwayS: undefined, stalls: 3 }).findings, undefined);
  assert.equal(session({}, { stalls: 3, stalledS: 4.5, shownKbps: 300 }).findings, {
    underruns: 3,
    stalledSeconds: 4.5,
    linkKbps: 300,
  });
  assert.is(session({}, { linkKbps: 250, shownKbps: 300 }).findings?.linkKbps, 250);
});

test('why a connection ended is told by how its socket did', () => {
  const reason = (socket: { errored?: { code: string }; readableEnded?: boolean }, isBlocked = false) =>
    session({ isBlocked }).closeReason({ errored: null, readableEnded: false, ...socket } as unknown as Socket);
  assert.is(reason({ readableEnded: true }), 'left');
  assert.is(reason({ errored: { code: 'ECONNRESET' } }), 'left');
  assert.is(reason({ errored: { code: 'EPIPE' } }, true), 'left');
  assert.is(reason({ errored: { code: 'ETIMEDOUT' } }, true), 'lost');
  assert.is(reason({ errored: { code: 'EHOSTUNREACH' } }), 'lost');
  assert.is(reason({}, true), 'stalled');
  assert.is(reason({}), 'closed');
});

test.run();
