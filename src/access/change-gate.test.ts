import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CounterSet } from '../core/counters.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { ChangeGate, type ChangeRequest } from './change-gate.ts';

const test = suite('change gate');

function gate(password = 'nightingale') {
  const log = new RecordingLog();
  const counters = new CounterSet();
  return { gate: new ChangeGate({ clock: new FakeClock(), log, counters }, () => password), log, counters };
}

function request(more: Partial<ChangeRequest> = {}): ChangeRequest {
  const authorization = `Basic ${Buffer.from('me:nightingale').toString('base64')}`;
  return { address: '192.168.1.7', host: 'pipit.local:8001', origin: undefined, authorization, ...more };
}

test('who knows the password may change something, from a page of this station or from a program', async () => {
  assert.is(await gate().gate.refuse(request()), undefined);
  assert.is(await gate().gate.refuse(request({ authorization: 'Bearer nightingale' })), undefined);
  assert.is(await gate().gate.refuse(request({ origin: 'http://pipit.local:8001' })), undefined);
  assert.is(
    await gate().gate.refuse(request({ origin: 'https://pipit.local:8001', host: 'PIPIT.local:8001' })),
    undefined,
  );
});

test('a page from elsewhere may not, whatever it knows', async () => {
  for (const origin of ['http://evil.example', 'null', 'http://pipit.local', 'pipit.local:8001', '']) {
    assert.is((await gate().gate.refuse(request({ origin })))?.status, 403, origin);
  }
  assert.is((await gate().gate.refuse(request({ origin: 'http://pipit.local:8001', host: undefined })))?.status, 403);
});

test('without a password in the configuration nobody may, not even with an empty one', async () => {
  const empty = `Basic ${Buffer.from('me:').toString('base64')}`;
  assert.match((await gate('').gate.refuse(request({ authorization: empty })))?.reason ?? '', /set auth\.password/);
});

test('a missing password is asked for, a wrong one has to wait ever longer, and is counted and told', async () => {
  const { gate: door, log, counters } = gate();
  const missing = await door.refuse(request({ authorization: undefined }));
  assert.equal([missing?.status, missing?.delayMs, missing?.asksForPassword], [401, 0, true]);
  const wrong = request({ authorization: 'Bearer sparrow' });
  const delays: (number | undefined)[] = [];
  for (let i = 0; i < 3; i++) delays.push((await door.refuse(wrong))?.delayMs);
  assert.equal(delays, [250, 500, 1000]);
  assert.is(counters.snapshot()['web_wrong_passwords_total'], 3);
  assert.is(log.lines.length, 2);
  assert.not.match(JSON.stringify(log.lines), /sparrow|nightingale/);
});

test.run();
