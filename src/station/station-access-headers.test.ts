import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AccessStation, UPGRADE } from './station-access.testing.ts';

const test = suite('headers of requests to the station');

const PASSWORD = 'auth { password = "correct horse" }';
const STILL = '/camera/garden.jpg';

test('what a request holds never becomes a header of the answer', async () => {
  await using station = await AccessStation.start(PASSWORD);
  for (const path of [
    '/%0d%0aSet-Cookie:%20x=y',
    '/camera/%0d%0aSet-Cookie:%20x=y.jpg',
    '/camera/x%0aSet-Cookie:%20x=y.jpg?token=%0d%0aSet-Cookie:%20x=y',
    '/api/x%0d%0aSet-Cookie:%20x=y',
  ]) {
    const { head } = await station.ask(path);
    assert.not.match(head, /set-cookie: x=y/i, path);
  }
  const said = await station.ask(STILL, { headers: { Host: 'evil.example"<script>' } });
  assert.not.match(said.body, /<script>/);
  const login = await station.ask('/api/access/login', {
    method: 'POST',
    headers: { 'User-Agent': 'x\ty' },
    body: { password: 'correct horse' },
  });
  assert.is(login.status, 200);
});

test('X-Forwarded-For counts only from a proxy that is trusted, in the page, in pictures and for the first visit', async () => {
  const proxied = { 'X-Forwarded-For': '203.0.113.9, 192.168.1.50', 'X-Forwarded-Proto': 'https' };
  const firstVisit = async (station: AccessStation, headers: Record<string, string>) =>
    (await station.ask('/api/access/password', { method: 'POST', body: { password: 'correct horse' }, headers }))
      .status;
  const addressOf = async (station: AccessStation) => {
    await station.ask('/camera/ws', { headers: { ...UPGRADE, ...proxied } });
    return station.camera.viewers.at(-1)?.info.address;
  };
  {
    await using open = await AccessStation.start();
    assert.is(await addressOf(open), '127.0.0.1');
    assert.is(await firstVisit(open, proxied), 403, 'who knows whom an unknown proxy speaks for?');
    const state = await open.ask('/api/access', { headers: proxied });
    assert.match(state.body, /"first_visit":false.*"secure":false/);
    assert.is(await firstVisit(open, {}), 200);
  }
  await using trusting = await AccessStation.start('auth { trusted_proxies = ["127.0.0.0/8"] }');
  assert.is(await addressOf(trusting), '192.168.1.50', 'the last one that is no proxy of ours');
  assert.match((await trusting.ask('/api/access', { headers: proxied })).body, /"secure":true/);
  assert.is(await firstVisit(trusting, { 'X-Forwarded-For': '203.0.113.9' }), 403, 'from the internet');
  const answer = await trusting.ask('/api/access/password', {
    method: 'POST',
    body: { password: 'correct horse' },
    headers: proxied,
  });
  assert.match(answer.head, /set-cookie: __Host-pipit_session=[^;]+;.*; Secure/i);
});

test.run();
