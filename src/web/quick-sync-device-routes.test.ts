import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PASSWORD, post, serveQuickSync } from './quick-sync.testing.ts';
import type { DeviceAnswer, DevicesAnswer } from './quick-sync-answers.ts';

const test = suite('quick sync device routes');

const KITCHEN = { 'X-Device-Id': 'kitchen' };
const PHONE = { 'X-Device-Id': 'phone' };

/** A station that knows two devices. */
async function withDevices() {
  const web = await serveQuickSync();
  await web.ask('preferences/', post({ mode: 'low' }, { ...KITCHEN, 'User-Agent': 'VLC/3.0' }));
  await web.ask('preferences/', post({ mode: 'ultra' }, PHONE));
  const idOf = async (headers: Record<string, string>) =>
    ((await (await web.ask('devices/', { headers })).json()) as DevicesAnswer).devices[0]?.id ?? '';
  return { web, kitchen: await idOf(KITCHEN), phone: await idOf(PHONE) };
}

function put(body: unknown, headers: Record<string, string>): RequestInit {
  return { method: 'PUT', body: JSON.stringify(body), headers };
}

test('a device sees itself without the password, and all of them with it', async () => {
  const { web: used, kitchen, phone } = await withDevices();
  await using web = used;
  const own = await web.ask('devices', { headers: KITCHEN });
  assert.is(own.status, 200);
  assert.equal(await own.json(), {
    devices: [
      {
        id: kitchen,
        name: '',
        agent: 'VLC',
        preferences: { mode: 'low', prefer_quality: true, adapt_to_system: true, auto_download_quality: true },
        created: '2026-03-01T12:00:00.000Z',
        last_seen: '2026-03-01T12:00:00.000Z',
        this_device: true,
      },
    ],
    complete: false,
  });
  assert.match(kitchen, /^[0-9a-f]{16}$/);
  const all = (await (await web.ask('devices/', { headers: { ...PHONE, ...PASSWORD } })).json()) as DevicesAnswer;
  assert.is(all.complete, true);
  assert.equal(
    new Map(all.devices.map((device) => [device.id, device.this_device])),
    new Map([
      [kitchen, false],
      [phone, true],
    ]),
  );
  assert.not.match(JSON.stringify(all), /kitchen|phone/);
});

test('who is nobody needs the password for the list', async () => {
  const { web: used } = await withDevices();
  await using web = used;
  const missing = await web.ask('devices/');
  assert.is(missing.status, 401);
  assert.match(missing.headers.get('www-authenticate') ?? '', /^Basic /);
  const wrong = await web.ask('devices/', { headers: { ...KITCHEN, Authorization: 'Bearer sparrow' } });
  assert.equal([wrong.status, web.pauses], [401, [250]]);
  assert.is((await web.ask('devices/', { headers: { ...PASSWORD, Origin: 'http://evil.example' } })).status, 403);
});

test('a device names itself without the password', async () => {
  const { web: used, kitchen } = await withDevices();
  await using web = used;
  const answer = await web.ask(
    `devices/${kitchen}`,
    put({ name: ' Küche 👩‍🍳 ', preferences: { mode: 'high' } }, KITCHEN),
  );
  assert.is(answer.status, 200);
  const device = (await answer.json()) as DeviceAnswer;
  assert.equal([device.name, device.preferences.mode, device.this_device], ['Küche 👩‍🍳', 'high', true]);
  const unnamed = (await (await web.ask(`devices/${kitchen}/`, put({ name: '' }, KITCHEN))).json()) as DeviceAnswer;
  assert.equal([unnamed.name, unnamed.preferences.mode], ['', 'high']);
  const foreign = put({ name: 'x' }, { ...KITCHEN, Origin: 'http://evil.example' });
  assert.is((await web.ask(`devices/${kitchen}/`, foreign)).status, 403);
});

test('another device is changed with the password only, and nobody else learns whether there is one', async () => {
  const { web: used, kitchen, phone } = await withDevices();
  await using web = used;
  for (const id of [phone, '0123456789abcdef', 'me']) {
    const refused = await web.ask(`devices/${id}/`, put({ name: 'mine' }, KITCHEN));
    assert.is(refused.status, 401, id);
    assert.is((await web.ask(`devices/${id}/`, { method: 'DELETE', headers: KITCHEN })).status, 401);
  }
  assert.equal(
    web.devices.list().map(({ name }) => name),
    ['', ''],
  );
  const named = await web.ask(`devices/${phone}/`, put({ name: 'Phone' }, { ...KITCHEN, ...PASSWORD }));
  const device = (await named.json()) as DeviceAnswer;
  assert.equal([named.status, device.name, device.this_device], [200, 'Phone', false]);
  // Whoever changes a device from elsewhere is not the device.
  assert.is(device.agent, 'node');
  const nobody = await web.ask('devices/0123456789abcdef/', put({ name: 'x' }, PASSWORD));
  assert.is(nobody.status, 404);
  assert.is((await web.ask(`devices/${kitchen}/`, put({ name: 'K' }, PASSWORD))).status, 200);
});

test('a change that is not understood names the field', async () => {
  const { web: used, kitchen } = await withDevices();
  await using web = used;
  const wrong: readonly (readonly [unknown, string | null])[] = [
    [{ name: 7 }, 'name'],
    [{ name: 'x'.repeat(65) }, 'name'],
    [{ name: 'two\nlines' }, 'name'],
    [{ name: 'turned \u202e over' }, 'name'],
    [{ preferences: 'low' }, 'preferences'],
    [{ preferences: { mode: 'best' } }, 'preferences.mode'],
    [{ preferences: { volume: 1 } }, 'preferences.volume'],
    [{ label: 'x' }, 'label'],
    [[], null],
  ];
  for (const [body, field] of wrong) {
    const answer = await web.ask(`devices/${kitchen}/`, put(body, KITCHEN));
    assert.equal([answer.status, ((await answer.json()) as { field: unknown }).field], [422, field]);
  }
  assert.is(web.devices.list().find(({ id }) => id === kitchen)?.name, '');
});

test('a device is forgotten: by itself without the password, its cookie too, and by others with it', async () => {
  const { web: used, kitchen, phone } = await withDevices();
  await using web = used;
  const answer = await web.ask('preferences/', post({ mode: 'medium' }));
  const headers = { Cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
  const { devices } = (await (await web.ask('devices/', { headers })).json()) as DevicesAnswer;
  const forgotten = await web.ask(`devices/${devices[0]?.id}/`, { method: 'DELETE', headers });
  assert.is(forgotten.status, 200);
  assert.match(forgotten.headers.get('set-cookie') ?? '', /^pipit_device=; Max-Age=0/);
  assert.is((await web.ask(`devices/${devices[0]?.id}/`, { method: 'DELETE', headers })).status, 404);
  assert.is((await web.ask(`devices/${phone}`, { method: 'DELETE', headers: PASSWORD })).status, 200);
  assert.equal(
    web.devices.list().map(({ id }) => id),
    [kitchen],
  );
});

test.run();
