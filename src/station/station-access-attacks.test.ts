import { once } from 'node:events';
import { connect } from 'node:tls';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AccessStation, type Asked, basic, UPGRADE } from './station-access.testing.ts';

const test = suite('attacks on the station');

const PASSWORD = 'auth { password = "correct horse" }';
const STILL = '/camera/garden.jpg';
const MUTE = { method: 'PUT', body: { camera: true } } as const;

test('a page of another site changes nothing with the cookie of a browser, nor with the password it remembers', async () => {
  await using station = await AccessStation.start();
  const Cookie = await station.firstVisit();
  const { origin } = station;
  const statusOf = async (headers: Record<string, string>) =>
    (await station.ask('/api/privacy', { ...MUTE, headers })).status;
  for (const from of ['http://evil.example', 'null', '', 'http://127.0.0.1', `${origin}.evil.example`, 'file://']) {
    assert.is(await statusOf({ Cookie, Origin: from }), 403, from);
    assert.is(await statusOf({ ...basic('correct horse'), Origin: from }), 403, from);
  }
  for (const site of ['cross-site', 'same-site', 'none']) {
    assert.is(await statusOf({ Cookie, 'Sec-Fetch-Site': site }), 403, site);
  }
  assert.is(await statusOf({ Cookie }), 403, 'who says nothing of where it comes from');
  assert.is(await statusOf({ Cookie, Origin: origin }), 200);
  assert.is(await statusOf({ Cookie, 'Sec-Fetch-Site': 'same-origin' }), 200);
  assert.is(await statusOf(basic('correct horse')), 200, 'a program');
});

test('a page of another site signs nobody in or out, and sets no first password', async () => {
  await using station = await AccessStation.start();
  const post = async (path: string, body: object, headers: Record<string, string>) =>
    (await station.ask(`/api/access/${path}`, { method: 'POST', body, headers })).status;
  const password = { password: 'correct horse' };
  const foreign: Record<string, string>[] = [{ Origin: 'http://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }];
  for (const headers of foreign) {
    assert.is(await post('password', password, headers), 403);
  }
  await station.firstVisit();
  for (const path of ['login', 'logout', 'password']) {
    const body = path === 'logout' ? {} : password;
    assert.is(await post(path, body, { Origin: 'http://evil.example' }), 403, path);
  }
});

test('who has come over the Wi-Fi for setting up gets its page, and nothing of the station at any port', async () => {
  await using station = await AccessStation.start('server {\n tls = "self-made"\n source_password = "hackme"\n}');
  const Cookie = await station.firstVisit();
  const portal = 'http://10.42.0.1:8002/';
  station.elsewhere = portal;
  const requests: [string, Asked][] = [
    ['/', {}],
    ['/api/status', { headers: { Cookie } }],
    ['/api/access/password', { method: 'POST', body: { password: 'another horse' } }],
    [STILL, {}],
    ['/camera/garden.mjpg', { headers: { Host: 'captive.apple.com' } }],
    ['/camera/ws', { headers: UPGRADE }],
  ];
  for (const [path, asked] of requests) {
    const { status, head, body } = await station.ask(path, asked);
    assert.equal([status, body], [302, ''], path);
    assert.match(head, `\r\nLocation: ${portal}\r\n`);
  }
  // Half a head, and no HTTP at all.
  for (const text of ['GET /camera/gar', '\x16\x03\x01\x00']) assert.is((await station.say(text)).status, 302);
  const overHttps = await fetchEncrypted(station.httpsPort ?? 0, STILL);
  assert.match(overHttps, /^HTTP\/1\.1 302 /);
  const source = 'SOURCE /stream ICE/1.0\r\nAuthorization: Basic c291cmNlOmhhY2ttZQ==\r\n\r\n';
  assert.is((await station.say(source, station.sourcePort)).head, '');
  assert.is(station.camera.viewers.length, 0);

  station.elsewhere = undefined;
  assert.is((await station.ask(STILL)).body, 'no JPEG');
  assert.match((await station.say(source, station.sourcePort)).head, /^HTTP/);
});

/** What comes to a request over https, be the certificate good or not. */
async function fetchEncrypted(port: number, path: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  let answer = '';
  socket.on('data', (data: Buffer) => {
    answer += data.toString('latin1');
  });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await once(socket, 'close');
  return answer;
}

test('scripts of a page cannot read the cookie, other sites cannot have it sent', async () => {
  await using station = await AccessStation.start(PASSWORD);
  const { head } = await station.ask('/api/access/login', { method: 'POST', body: { password: 'correct horse' } });
  const attributes = /^set-cookie: (.*)$/im.exec(head)?.[1] ?? '';
  for (const attribute of [/; HttpOnly/, /; SameSite=Strict/, /; Path=\//]) assert.match(attributes, attribute);
  assert.not.match(attributes, /Domain/i);
  assert.match(head, /cache-control: no-store/i);
});

test('a cookie that anybody might have made opens nothing', async () => {
  await using station = await AccessStation.start();
  const good = await station.firstVisit();
  for (const Cookie of [
    'pipit_session=',
    'pipit_session=ps_',
    `pipit_session=ps_${'A'.repeat(43)}`,
    `${good}x`,
    good.slice(0, -1),
    good.replace('ps_', 'pt_'),
    good.replace('pipit_session', '__Host-pipit_session'),
    `pipit_session=${'A'.repeat(8000)}`,
    'pipit_session=__proto__; pipit_session=%00',
  ]) {
    const { status, body } = await station.ask('/api/access', { headers: { Cookie } });
    assert.is(status, 200, Cookie.slice(0, 60));
    assert.match(body, /"scope":"none"/, Cookie.slice(0, 60));
  }
});

test('no spelling of a path gets around the password', async () => {
  await using station = await AccessStation.start(`auth {\n listeners = "password"\n password = "correct horse"\n}`);
  const spellings = [
    '/api/privacy',
    '//api/privacy',
    '/api//privacy',
    '/./api/privacy',
    '/api/../api/privacy',
    '/ui/../api/privacy',
    '/healthz/../api/privacy',
    '/api/access/../privacy',
    '/api/access/..%2fprivacy',
    '/api/access/%2e%2e/privacy',
    '/api/access/%2e%2e%2fprivacy',
    '/%61pi/privacy',
    '/API/privacy',
    '/api%2fprivacy',
    '/api/privacy/',
    '/api/privacy;x=1',
    '/api/privacy?x=/api/access',
    '/api\\privacy',
    '/api/status',
    '/%61pi/status',
    '/api/access/..%5cstatus',
    'http://127.0.0.1/api/privacy',
    'http://127.0.0.1/api/status',
    STILL,
    '/%63amera/garden.jpg',
    '//camera/garden.jpg',
    '/camera/../camera/garden.jpg',
    '/camera/%67arden.jpg',
    '/camera%2fgarden.jpg',
    `http://127.0.0.1${STILL}`,
    '/ui/../../package.json',
    '/ui/%2e%2e/%2e%2e/package.json',
    '/ui/vendor/..%2f..%2f..%2fpackage.json',
    '/ui/vendor/../../../../etc/passwd',
  ];
  for (const path of spellings) {
    for (const method of ['GET', 'PUT', 'HEAD']) {
      const { status, body } = await station.ask(path, { method, ...(method === 'PUT' ? { body: MUTE.body } : {}) });
      assert.ok(status >= 400 && status < 500, `${method} ${path}: ${status}`);
      assert.not.match(body, /"camera":|station_name|"scripts"|root:/, `${method} ${path}`);
    }
  }
  assert.is(station.camera.stillWishes.length, 0);
});

test('bodies that are too long, no JSON, or of another shape are refused', async () => {
  await using station = await AccessStation.start(PASSWORD);
  const post = (body: unknown, headers = {}) => station.ask('/api/access/login', { method: 'POST', body, headers });
  assert.is((await post({ password: 'x'.repeat(5000) })).status, 413);
  const chunks = `${'400\r\n'}${'x'.repeat(1024)}\r\n`.repeat(8);
  const chunked = await station.say(
    `POST /api/access/login HTTP/1.1\r\nHost: pipit.local\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunks}0\r\n\r\n`,
  );
  assert.is(chunked.status, 413);
  for (const body of [
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '{"password":1}',
    '{"password":"x","more":1}',
    '{"__proto__":{}}',
  ]) {
    assert.is((await post(body)).status, 422, body);
  }
  const both = await station.say(
    'POST /api/access/login HTTP/1.1\r\nHost: pipit.local\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n',
  );
  assert.is(both.status, 400);
  assert.is((await station.ask(`/${'x'.repeat(17_000)}`)).status, 431);
  assert.is(station.pauses.length, 0);
});

test('a WebSocket is only for pages of this station, programs, and who may watch', async () => {
  await using station = await AccessStation.start();
  const open = async (headers: Record<string, string> = {}, query = '') =>
    (await station.ask(`/camera/ws${query}`, { headers: { ...UPGRADE, ...headers } })).status;
  assert.is(await open(), 101);
  assert.is(await open({ Origin: station.origin }), 101);
  for (const Origin of ['http://evil.example', 'null', 'https://127.0.0.1'])
    assert.is(await open({ Origin }), 403, Origin);
  assert.is(await open({ 'Sec-Fetch-Site': 'cross-site' }), 403);
  assert.is(await open({ Host: 'evil.example', Origin: 'http://evil.example' }), 421);

  const Cookie = await station.firstVisit();
  station.configure('auth { listeners = "password" }');
  assert.is(await open(), 401);
  assert.is(await open(basic('wrong')), 401);
  assert.is(await open({ Cookie, Origin: station.origin }), 101);
  assert.is(await open({ Cookie, Origin: 'http://evil.example' }), 403);
  assert.is(await open(basic('correct horse')), 101);
  assert.is(await open({}, `?token=pg_${'A'.repeat(43)}`), 403);
});

test('a site whose name was made to point here gets nothing, at no door; names of the network and addresses do', async () => {
  await using station = await AccessStation.start('auth { allowed_hosts = ["radio.example.org"] }');
  for (const Host of [
    'evil.example',
    'evil.example:8001',
    'pipit.local.evil.example',
    '127.0.0.1.nip.io',
    '127.1',
    'a b',
    'x@pipit',
  ]) {
    for (const path of ['/', '/api/access', '/healthz', STILL, '/ui/app.js', '/nothing']) {
      const { status, body } = await station.ask(path, { headers: { Host } });
      assert.is(status, 421, `${Host} ${path}`);
      assert.match(body, /auth\.allowed_hosts/);
    }
  }
  for (const Host of [
    '127.0.0.1',
    '[::1]:8001',
    '[fe80::1]',
    'localhost:8001',
    'pipit',
    'PIPIT.local:8001',
    'pipit.local.',
    'pipit.lan',
    'pipit.home.arpa',
    'pipit.internal',
    'pipit.fritz.box',
    'Radio.Example.org:443',
  ]) {
    assert.is((await station.ask('/healthz', { headers: { Host } })).status, 200, Host);
    assert.is((await station.ask(STILL, { headers: { Host } })).status, 200, Host);
  }
  assert.is((await station.say(`GET ${STILL} HTTP/1.0\r\n\r\n`)).status, 200);
  assert.is((await station.say('GET /healthz HTTP/1.0\r\n\r\n')).status, 200);
  const doubled = 'Host: pipit.local\r\nHost: evil.example\r\nConnection: close\r\n\r\n';
  assert.is((await station.say(`GET ${STILL} HTTP/1.1\r\n${doubled}`)).status >= 400, true);
  station.configure('');
  assert.is((await station.ask(STILL, { headers: { Host: 'radio.example.org' } })).status, 421);
});

test.run();
