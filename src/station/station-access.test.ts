import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../testkit/until.ts';
import { AccessStation, basic, bearer, cookieOf, type RawAnswer } from './station-access.testing.ts';

const test = suite('access to the station');

const DAY_MS = 86_400_000;
const STILL = '/camera/garden.jpg';
const MUTE = { method: 'PUT', body: { camera: true } } as const;

function read<T = Record<string, unknown>>({ body }: RawAnswer): T {
  return JSON.parse(body) as T;
}

function bookOf(station: AccessStation): string {
  return join(station.dir, 'data', 'access.json');
}

test('the first visit sets the password once and is signed in; nothing but a hash is kept, for nobody else to read', async () => {
  await using station = await AccessStation.start();
  const before = read(await station.ask('/api/access'));
  assert.equal([before['first_visit'], before['password_set'], before['signed_in']], [true, false, false]);
  assert.is((await station.ask('/api/privacy', MUTE)).status, 403);

  const short = await station.ask('/api/access/password', { method: 'POST', body: { password: 'short' } });
  assert.is(short.status, 422);
  assert.match(short.body, /8 to 200 characters/);
  const cookie = await station.firstVisit();
  const after = read(await station.ask('/api/access', { headers: { Cookie: cookie } }));
  assert.equal([after['first_visit'], after['password_set'], after['scope']], [false, true, 'admin']);
  assert.is(
    (await station.ask('/api/privacy', { ...MUTE, headers: { Cookie: cookie, Origin: station.origin } })).status,
    200,
  );

  const again = await station.ask('/api/access/password', { method: 'POST', body: { password: 'another one' } });
  assert.is(again.status, 401);
  const text = readFileSync(bookOf(station), 'utf8');
  assert.not.match(text, /correct horse/);
  assert.not.ok(text.includes(cookie.split('=')[1] ?? '?'));
  assert.is(statSync(bookOf(station)).mode & 0o777, 0o600);
  assert.not.match(station.log.text, /correct horse/);
});

test('two first visits at the same moment: one of them sets the password', async () => {
  await using station = await AccessStation.start();
  const ask = (password: string) => station.ask('/api/access/password', { method: 'POST', body: { password } });
  const statuses = (await Promise.all([ask('first of two'), ask('second of two')])).map(({ status }) => status);
  assert.equal(statuses.sort(), [200, 409]);
});

test('a browser stays signed in over a restart, until nobody has used it for as long as auth.session_days says', async () => {
  const config = 'auth { session_days = 3 }';
  const station = await AccessStation.start(config);
  const { dir } = station;
  const cookie = await station.firstVisit();
  await station.stop();

  await using second = await AccessStation.start(config, dir);
  const scope = async () => read(await second.ask('/api/access', { headers: { Cookie: cookie } }))['scope'];
  assert.is(await scope(), 'admin');
  const unwritten = readFileSync(bookOf(second), 'utf8');
  second.pass(0.9 * DAY_MS);
  assert.is(await scope(), 'admin');
  assert.is(readFileSync(bookOf(second), 'utf8'), unwritten, 'use within a day is not written');
  second.pass(2 * DAY_MS);
  assert.is(await scope(), 'admin');
  second.pass(2.9 * DAY_MS);
  assert.is(await scope(), 'admin', 'it lasts from its last use on');
  second.pass(3.1 * DAY_MS);
  assert.is(await scope(), 'none');
});

test('a clock that is set years on, once there is a network, signs nobody out and ends no link', async () => {
  await using station = await AccessStation.start('auth { session_days = 3 }');
  const headers = { Cookie: await station.firstVisit(), Origin: station.origin };
  const guest = read<{ token: string }>(
    await station.ask('/api/access/guests', { method: 'POST', headers, body: { name: 'Grandma', hours: 1 } }),
  );
  const scopes = async () => {
    const answers = [
      await station.ask('/api/access', { headers }),
      await station.ask('/api/access', { headers: { Authorization: `Bearer ${guest.token}` } }),
    ];
    return answers.map((answer) => read(answer)['scope']);
  };
  station.pass(600_000);
  station.now = new Date('2029-06-01T08:00:00Z');
  assert.equal(await scopes(), ['admin', 'read']);
  const isKept = (): boolean => {
    const { sessions } = JSON.parse(readFileSync(bookOf(station), 'utf8')) as { sessions: { createdMs: number }[] };
    return Math.abs((sessions[0]?.createdMs ?? 0) - Date.parse('2029-06-01T07:50:00Z')) < 5_000;
  };
  await until('it is kept so', isKept);
  station.pass(2_900_000);
  assert.equal(await scopes(), ['admin', 'read']);
  station.pass(200_000);
  assert.equal(await scopes(), ['admin', 'none'], 'an hour is an hour');
  // Set back: what had been noted by the clock that was ahead moves too.
  station.now = new Date('2026-03-01T12:00:00Z');
  station.pass(2 * DAY_MS);
  assert.is((await scopes())[0], 'admin');
  station.pass(3.1 * DAY_MS);
  assert.is((await scopes())[0], 'none');
});

test('a start without a clock does not make those old who were signed in before', async () => {
  const config = 'auth { session_days = 3 }';
  const station = await AccessStation.start(config);
  const { dir } = station;
  const cookie = await station.firstVisit();
  await station.stop();
  await using second = await AccessStation.start(config, dir);
  const scope = async () => read(await second.ask('/api/access', { headers: { Cookie: cookie } }))['scope'];
  const right = second.now;
  second.now = new Date('2025-01-01T00:00:00Z');
  assert.is(await scope(), 'admin');
  second.now = new Date(right.getTime() + DAY_MS);
  assert.is(await scope(), 'admin');
});

test('signing out ends the session, not only the cookie; signing out everywhere ends all', async () => {
  await using station = await AccessStation.start();
  const cookies = [await station.firstVisit()];
  for (let i = 0; i < 2; i++) {
    const answer = await station.ask('/api/access/login', { method: 'POST', body: { password: 'correct horse' } });
    cookies.push(cookieOf(answer));
  }
  const scopes = () =>
    Promise.all(
      cookies.map(async (Cookie) => read(await station.ask('/api/access', { headers: { Cookie } }))['scope']),
    );
  assert.equal(await scopes(), ['admin', 'admin', 'admin']);
  const out = await station.ask('/api/access/logout', { method: 'POST', headers: { Cookie: cookies[0] ?? '' } });
  assert.match(out.head, /set-cookie: pipit_session=; Max-Age=0; Path=\/; HttpOnly; SameSite=Strict/i);
  assert.equal(await scopes(), ['none', 'admin', 'admin']);

  const everywhere = { method: 'POST', body: { everywhere: true } };
  assert.is((await station.ask('/api/access/logout', everywhere)).status, 401);
  const headers = { Cookie: cookies[1] ?? '', Origin: station.origin };
  assert.is((await station.ask('/api/access/logout', { ...everywhere, headers })).status, 200);
  assert.equal(await scopes(), ['none', 'none', 'none']);
});

test('another password takes the one before, signs all others out, and the old one is of no use', async () => {
  await using station = await AccessStation.start();
  const mine = await station.firstVisit();
  const other = cookieOf(
    await station.ask('/api/access/login', { method: 'POST', body: { password: 'correct horse' } }),
  );
  const headers = { Cookie: mine, Origin: station.origin };
  const change = (current: string) =>
    station.ask('/api/access/password', { method: 'POST', headers, body: { password: 'battery staple', current } });
  assert.is((await change('wrong one')).status, 401);
  const changed = await change('correct horse');
  assert.is(changed.status, 200);
  for (const [Cookie, scope] of [
    [mine, 'none'],
    [other, 'none'],
    [cookieOf(changed), 'admin'],
  ] as const) {
    assert.is(read(await station.ask('/api/access', { headers: { Cookie } }))['scope'], scope);
  }
  assert.is((await station.ask('/api/privacy', { ...MUTE, headers: basic('correct horse') })).status, 401);
  assert.is((await station.ask('/api/privacy', { ...MUTE, headers: basic('battery staple') })).status, 200);
});

test('auth.password wins over the one that was set, cannot be changed here, and another one ends the sessions', async () => {
  await using station = await AccessStation.start();
  await station.firstVisit();
  station.configure('auth { password = "from the file" }');
  assert.is((await station.ask('/api/privacy', { ...MUTE, headers: basic('correct horse') })).status, 401);
  const login = await station.ask('/api/access/login', { method: 'POST', body: { password: 'from the file' } });
  const headers = { Cookie: cookieOf(login), Origin: station.origin };
  assert.is(read(await station.ask('/api/access', { headers }))['password_configured'], true);
  const body = { password: 'another one', current: 'from the file' };
  const change = await station.ask('/api/access/password', { method: 'POST', headers, body });
  assert.is(change.status, 409);
  assert.match(change.body, /config\.hcl/);

  const dir = station.dir;
  await station.stop();
  await using second = await AccessStation.start('auth { password = "from the file" }', dir);
  assert.is(read(await second.ask('/api/access', { headers: { Cookie: headers.Cookie } }))['scope'], 'admin');
  await second.stop();
  await using third = await AccessStation.start('auth { password = "a new one" }', dir);
  assert.is(read(await third.ask('/api/access', { headers: { Cookie: headers.Cookie } }))['scope'], 'none');
});

test('a token may what its scope says, by Bearer and by Basic, until it is taken back; its secret is told once', async () => {
  await using station = await AccessStation.start('auth { listeners = "token" }');
  const headers = { Cookie: await station.firstVisit(), Origin: station.origin };
  const make = async (name: string, scope: string) =>
    read<{ id: string; token: string }>(
      await station.ask('/api/access/tokens', { method: 'POST', headers, body: { name, scope } }),
    );
  const reader = await make('kitchen', 'read');
  const controller = await make('doorbell', 'control');
  const { tokens } = read<{ tokens: object[] }>(await station.ask('/api/access/tokens', { headers }));
  assert.is(tokens.length, 2);
  assert.not.match(JSON.stringify(tokens), /pt_|hash/);

  const statusOf = async (path: string, more: object) => (await station.ask(path, more)).status;
  assert.is(await statusOf('/api/status', {}), 401);
  assert.is(await statusOf('/api/status', { headers: bearer(reader.token) }), 200);
  assert.is(await statusOf('/api/status', { headers: basic(reader.token) }), 200);
  assert.is(await statusOf(`/api/status?token=${reader.token}`, {}), 200);
  assert.is(await statusOf('/api/privacy', { ...MUTE, headers: bearer(reader.token) }), 403);
  assert.is(await statusOf('/api/privacy', { ...MUTE, headers: bearer(controller.token) }), 200);
  assert.is(await statusOf(`/api/privacy?token=${controller.token}`, MUTE), 403, 'in the URL it reads only');
  assert.is(await statusOf('/api/access/tokens', { headers: bearer(controller.token) }), 403);

  const gone = await station.ask(`/api/access/tokens/${reader.id}`, { method: 'DELETE', headers });
  assert.is(gone.status, 200);
  assert.is(await statusOf('/api/status', { headers: bearer(reader.token) }), 403);
  assert.is(await statusOf(`/api/access/tokens/${reader.id}`, { method: 'DELETE', headers }), 404);
  assert.is(station.pauses.length, 0, 'a token that is gone is no wrong password');
});

test("a guest's link listens, watches and reads, opens the page, and ends when its time is over or it is taken back", async () => {
  await using station = await AccessStation.start('auth { listeners = "token" }');
  const headers = { Cookie: await station.firstVisit(), Origin: station.origin };
  const make = async (hours: number) =>
    read<{ id: string; token: string; path: string }>(
      await station.ask('/api/access/guests', { method: 'POST', headers, body: { name: 'Grandma', hours } }),
    );
  const guest = await make(2);
  assert.is(guest.path, `/?token=${guest.token}`);
  assert.is((await station.ask(STILL)).status, 401);
  assert.match((await station.ask(STILL)).head, /WWW-Authenticate: Bearer/);
  assert.is((await station.ask(`${STILL}?token=${guest.token}`)).status, 200);
  const login = await station.ask('/api/access/login', { method: 'POST', body: { token: guest.token } });
  assert.match(login.head, /set-cookie: pipit_session=pg_[\w-]+; Max-Age=7200;/i);
  const asGuest = { Cookie: cookieOf(login), Origin: station.origin };
  assert.is((await station.ask(STILL, { headers: asGuest })).status, 200);
  assert.equal([read(login)['scope'], read(login)['signed_in'], read(login)['via']], ['read', false, 'guest']);
  assert.is((await station.ask('/api/privacy', { ...MUTE, headers: asGuest })).status, 401, 'the password would do');

  station.pass(7_200_001);
  assert.is((await station.ask(`${STILL}?token=${guest.token}`)).status, 403);
  assert.is((await station.ask(STILL, { headers: asGuest })).status, 401);
  const another = await make(1);
  await station.ask(`/api/access/guests/${another.id}`, { method: 'DELETE', headers });
  assert.is((await station.ask(`${STILL}?token=${another.token}`)).status, 403);
});

test('with "password" players are asked for it, and who knows it listens', async () => {
  await using station = await AccessStation.start('auth {\n listeners = "password"\n password = "correct horse"\n}');
  const asked = await station.ask(STILL);
  assert.is(asked.status, 401);
  assert.match(asked.head, /WWW-Authenticate: Basic realm="Pipit"/);
  assert.is((await station.ask(STILL, { headers: basic('wrong') })).status, 401);
  assert.equal(station.pauses, [250]);
  assert.is((await station.ask(STILL, { headers: basic('correct horse') })).status, 200);
  assert.is((await station.ask('/')).status, 200, 'the page itself asks');
  assert.is((await station.ask('/healthz')).status, 200);
  assert.is((await station.ask('/api/status')).status, 401);
});

test('the page is not interrupted by the dialog of the browser', async () => {
  await using station = await AccessStation.start('auth { password = "correct horse" }');
  assert.match((await station.ask('/api/privacy', MUTE)).head, /WWW-Authenticate/i);
  const page = await station.ask('/api/privacy', { ...MUTE, headers: { 'X-Pipit-Page': '1' } });
  assert.is(page.status, 401);
  assert.not.match(page.head, /WWW-Authenticate/i);
});

test('a damaged file opens nothing: no first visit, no change, and it is left as it is', async () => {
  const station = await AccessStation.start();
  const cookie = await station.firstVisit();
  const dir = await station.stop();
  const whole = readFileSync(bookOf(station), 'utf8');
  for (const damaged of ['', '{}', whole.slice(0, 100), whole.replace('scrypt$', 'script$'), '[]', 'null']) {
    writeFileSync(bookOf(station), damaged);
    await using second = await AccessStation.start('', dir);
    const state = read(await second.ask('/api/access', { headers: { Cookie: cookie } }));
    assert.equal([state['scope'], state['first_visit']], ['none', false], damaged);
    assert.match(`${state['trouble']}`, /is damaged/);
    const set = await second.ask('/api/access/password', { method: 'POST', body: { password: 'an intruder' } });
    assert.is(set.status, 503);
    assert.is((await second.ask('/api/privacy', { ...MUTE, headers: basic('correct horse') })).status, 503);
    assert.is(readFileSync(bookOf(second), 'utf8'), damaged);
    assert.match(second.log.messages('error').join(), /access\.json is damaged/);
  }
  writeFileSync(bookOf(station), whole);
  await using third = await AccessStation.start('', dir);
  assert.is(read(await third.ask('/api/access', { headers: { Cookie: cookie } }))['scope'], 'admin');
  await third.access.forget();
  assert.not.ok(existsSync(bookOf(third)));
  assert.is(read(await third.ask('/api/access'))['first_visit'], true);
});

/** Somebody who watches a stream; `isOver` when it has ended. */
async function watch(station: AccessStation, more = '', query = '') {
  const socket = connect(station.port, '127.0.0.1');
  const watcher = { isOver: false, socket };
  socket.on('error', () => {});
  socket.once('close', () => {
    watcher.isOver = true;
  });
  socket.write(`GET /camera.mjpg${query} HTTP/1.0\r\n${more}\r\n`);
  const [first] = (await once(socket, 'data')) as [Buffer];
  assert.match(first.toString('latin1'), / 200 OK/);
  return watcher;
}

test('who watches for hours is sent away when what let them in is taken back, and nobody else is', async () => {
  await using station = await AccessStation.start('auth { listeners = "token" }');
  const headers = { Cookie: await station.firstVisit(), Origin: station.origin };
  const make = async (name: string) =>
    read<{ id: string; token: string }>(
      await station.ask('/api/access/guests', { method: 'POST', headers, body: { name, hours: 1 } }),
    );
  const [gone, stays] = [await make('gone'), await make('stays')];
  const watchers = {
    gone: await watch(station, '', `?token=${gone.token}`),
    stays: await watch(station, '', `?token=${stays.token}`),
    session: await watch(station, `Cookie: ${headers.Cookie}\r\n`),
    password: await watch(station, `Authorization: ${basic('correct horse').Authorization}\r\n`),
  };
  await station.ask(`/api/access/guests/${gone.id}`, { method: 'DELETE', headers });
  station.configure('auth { listeners = "token" }');
  await until('the guest is gone', () => watchers.gone.isOver);
  assert.equal([watchers.stays.isOver, watchers.session.isOver, watchers.password.isOver], [false, false, false]);
  const body = { password: 'battery staple', current: 'correct horse' };
  await station.ask('/api/access/password', { method: 'POST', headers, body });
  station.configure('auth { listeners = "token" }');
  await until('who knew the old one is gone', () => watchers.session.isOver && watchers.password.isOver);
  assert.is(watchers.stays.isOver, false);
  watchers.stays.socket.destroy();
});

test('when listening is open no more, who came in before has to come again', async () => {
  await using station = await AccessStation.start('auth { password = "correct horse" }');
  const watcher = await watch(station);
  station.configure('auth {\n password = "correct horse"\n listeners = "password"\n}');
  await until('it is over', () => watcher.isOver);
  assert.is((await station.ask(STILL, { headers: basic('correct horse') })).status, 200);
});

test('a connection that stays for more stills is asked each time, and what comes early is not lost', async () => {
  await using station = await AccessStation.start('auth {\n password = "correct horse"\n listeners = "password"\n}');
  const socket = connect(station.port, '127.0.0.1');
  let heard = '';
  socket.on('data', (data: Buffer) => {
    heard += data.toString('latin1');
  });
  const ask = (more: string) => socket.write(`GET ${STILL} HTTP/1.1\r\nHost: pipit.local\r\n${more}\r\n`);
  const { Authorization } = basic('correct horse');
  for (let count = 1; count <= 3; count++) {
    ask(`Authorization: ${Authorization}\r\n`);
    await until(`${count} stills`, () => heard.split(' 200 OK').length === count + 1);
  }
  ask('');
  await once(socket, 'close');
  assert.match(heard, /HTTP\/1\.1 401 Unauthorized/);
});

test.run();
