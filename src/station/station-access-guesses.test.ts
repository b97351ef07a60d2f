import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AccessStation, basic, cookieOf } from './station-access.testing.ts';

const test = suite('guesses at the password');

const PASSWORD = 'auth { password = "correct horse" }';
const STILL = '/camera/garden.jpg';
const MUTE = { method: 'PUT', body: { camera: true } } as const;

test('who guesses waits ever longer, is then not even listened to, and everybody else is let in meanwhile', async () => {
  await using station = await AccessStation.start(PASSWORD);
  const guess = () => station.ask('/api/privacy', { ...MUTE, headers: basic('wrong') });
  for (let i = 0; i < 5; i++) assert.is((await guess()).status, 401);
  assert.equal(station.pauses, [250, 500, 1000, 2000, 4000]);
  const held = await guess();
  assert.is(held.status, 429);
  assert.match(held.head, /Retry-After: [1-4]\r/i);
  assert.is((await station.ask('/api/privacy', { ...MUTE, headers: basic('correct horse') })).status, 429);
  assert.is((await station.ask(STILL)).status, 200);
  const warnings = station.log.messages('warning').filter((line) => /wrong password/.test(line));
  assert.is(warnings.length, 3, '1, 2 and 4 in a row');
});

test('asking who one is tells nobody whether a password is right oftener than they may guess', async () => {
  await using station = await AccessStation.start(PASSWORD);
  const scopeOf = async (password: string) =>
    /"scope":"(\w+)"/.exec((await station.ask('/api/access', { headers: basic(password) })).body)?.[1];
  assert.is(await scopeOf('correct horse'), 'admin');
  for (let i = 0; i < 5; i++) assert.is(await scopeOf(`guess ${i}`), 'none');
  assert.is(await scopeOf('correct horse'), 'none', 'it is not looked at');
  assert.ok(station.log.messages('warning').length > 0);
});

test('guesses by cookie, token and login count as guesses, or are hopeless', async () => {
  await using station = await AccessStation.start(PASSWORD);
  for (const body of [{ password: 'a' }, { password: 'pt_x' }, { password: `pt_${'A'.repeat(43)}` }]) {
    assert.is((await station.ask('/api/access/login', { method: 'POST', body })).status, 401);
  }
  assert.equal(station.pauses, [250, 500, 1000]);
  const guest = { method: 'POST', body: { token: `pg_${'A'.repeat(43)}` } };
  assert.is((await station.ask('/api/access/login', guest)).status, 403);
});

test('many addresses do not get more guesses than one box gives, and who was let in before is not locked out', async () => {
  await using station = await AccessStation.start(
    'auth {\n password = "correct horse"\n trusted_proxies = ["127.0.0.1"]\n}',
  );
  const from = (address: string, password: string) =>
    station.ask('/api/privacy', { ...MUTE, headers: { ...basic(password), 'X-Forwarded-For': address } });
  assert.is((await from('192.168.1.2', 'correct horse')).status, 200);
  // A browser that is signed in, and has another address today.
  const login = await station.ask('/api/access/login', {
    method: 'POST',
    headers: { 'X-Forwarded-For': '192.168.1.2' },
    body: '{"password":"correct horse"}',
  });
  const seen = await station.ask('/api/access/tokens', {
    headers: { Cookie: cookieOf(login), 'X-Forwarded-For': '192.168.1.7' },
  });
  assert.is(seen.status, 200);
  const statuses: number[] = [];
  for (let i = 0; i < 80; i++) statuses.push((await from(`10.0.${i}.1`, 'wrong')).status);
  const looked = statuses.filter((status) => status === 401).length;
  assert.ok(looked >= 60 && looked <= 62, `${looked}`);
  assert.is(statuses.at(-1), 429);
  assert.is((await from('10.1.1.1', 'correct horse')).status, 429);
  assert.is((await from('192.168.1.2', 'correct horse')).status, 200);
  assert.is((await from('192.168.1.7', 'correct horse')).status, 200);
});

test.run();
