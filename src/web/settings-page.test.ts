// deadline: 300 s
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { holds, launchBrowser, openPage } from '../testkit/browser.ts';
import { Program } from '../testkit/program.ts';
import { until } from '../testkit/until.ts';

const PASSWORD = 'nightingale';
const STATION = `# Of the garden, by hand.
metadata {
  station_name = "Garden" # as the neighbours call it
}
source "tone" {
  type    = "test"
  gain_db = 0 # of the little preamplifier
}
camera "card" {
  type   = "test"
  width  = 320
  height = 180
  fps    = 5
}
auth {
  password = "${PASSWORD}"
}
`;

const test = suite('settings page');
let browser: Browser;
let program: Program;

test.before(async () => {
  browser = await launchBrowser();
  program = await Program.start(STATION);
  await program.statusWhere('the source is live', (status) => status.source_connected);
});

test.after(async () => {
  await browser.close();
  await program[Symbol.asyncDispose]();
});

test.before.each(async () => {
  const body = Program.withServer(STATION);
  if (file() === body) return;
  const headers = { authorization: `Basic ${btoa(`pipit:${PASSWORD}`)}` };
  assert.is((await fetch(program.url('/api/settings/file'), { method: 'PUT', headers, body })).status, 200);
});

/** What config.hcl holds. */
function file(): string {
  return readFileSync(program.configFile, 'utf8');
}

/** A section, signed in. */
async function openSection(section: string, options: BrowserContextOptions = {}) {
  const opened = await openPage(browser, program.url(`/#/settings/${section}`), options);
  await signIn(opened.page);
  return opened;
}

async function signIn(page: Page): Promise<void> {
  await page.click('#settings-closed button');
  await page.fill('#sign-in-password', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('.settings');
}

/** What is written there. */
async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.textContent(selector)) ?? '';
}

async function goTo(page: Page, section: string): Promise<void> {
  await page.goto(program.url(`/#/settings/${section}`));
  await page.waitForSelector(`.settings[data-section="${section.split('/')[0]}"]`);
}

const BAR = (text: string): string =>
  `document.querySelector('.save-bar')?.textContent.replaceAll(/\\s+/g, ' ').includes(${JSON.stringify(text)})`;

test('the name is changed where it stands, its comment and its neighbours stay', async () => {
  await using opened = await openSection('station');
  const { page, complaints } = opened;
  assert.is(await page.inputValue('#set-metadata_station_name'), 'Garden');
  await page.fill('#set-metadata_station_name', 'Pond');
  await holds(page, BAR('1 change is not saved: Name'));
  await page.keyboard.press('Enter');
  await holds(page, BAR('In effect now: Name'));
  await holds(page, `document.querySelector('#station').textContent === 'Pond'`);
  assert.is(file(), Program.withServer(STATION.replace('"Garden"', '"Pond"')));
  assert.is((await program.status()).station_name, 'Pond');
  assert.equal(complaints, []);
});

test('gain is heard while it is turned, and kept', async () => {
  await using opened = await openSection('sources');
  const { page, complaints } = opened;
  const meter = `Number(document.querySelector('[data-block="source.tone"] [role=meter]').getAttribute('aria-valuenow'))`;
  await holds(page, `${meter} > -25 && ${meter} < -15`);
  await page.focus('#set-source_tone_gain_db');
  for (let steps = 0; steps < 24; steps += 1) await page.keyboard.press('ArrowLeft');
  await holds(page, `${meter} < -32`);
  await until('it is kept', () => file().includes('gain_db = -12 # of the little preamplifier'), 30_000);
  await page.selectOption('#set-source_tone_use_channels', 'left');
  await until('that too', () => file().includes('use_channels = "left"'), 30_000);
  assert.not.match(await textOf(page, '.save-bar'), /not saved/);
  assert.equal(complaints, []);
});

test('a wrong value is told of at its field, changes nothing and stays as it was typed', async () => {
  await using opened = await openSection('quality');
  const { page } = opened;
  const before = file();
  await page.fill('#set-streaming_target_bitrate', '1');
  await page.fill('#set-advanced_max_listeners', '20');
  await page.click('#save');
  const field = '#set-streaming_target_bitrate';
  await holds(page, `document.querySelector('${field}').getAttribute('aria-invalid') === 'true'`);
  const described = (await page.getAttribute(field, 'aria-describedby')) ?? '';
  const told = await textOf(page, `#${described.split(' ').at(-1)}`);
  assert.match(
    told,
    /target_bitrate.*is 1: it must be a whole number from 100 to 200000 kbit\/s\..*Set target_bitrate/,
  );
  await holds(page, `document.activeElement.id === 'set-streaming_target_bitrate'`);
  await holds(page, BAR('Nothing was changed'));
  assert.is(file(), before);

  await goTo(page, 'station');
  await holds(page, BAR('2 changes are not saved'));
  await goTo(page, 'quality');
  assert.equal([await page.inputValue(field), await page.inputValue('#set-advanced_max_listeners')], ['1', '20']);
  await page.fill(field, '4000');
  await page.click('#save');
  await holds(page, BAR('In effect now'));
  assert.match(file(), /target_bitrate = 4000/);
  assert.match(file(), /max_listeners = 20/);
});

test('what needs a restart says so, and waits in sight', async () => {
  await using opened = await openSection('sources');
  const { page } = opened;
  await page.fill('#set-camera_card_width', '640');
  await page.click('#save');
  await holds(page, BAR('With the next start: Width'));
  await holds(
    page,
    `/1 setting waits for a restart: Width/.test(document.querySelector('#pending').textContent.replaceAll(/\\s+/g, ' '))`,
  );
  await goTo(page, 'system');
  await page.waitForSelector('#pending .restart-now');
});

test('every setting is found by a word, and goes back to its default', async () => {
  await using opened = await openSection('all');
  const { page } = opened;
  await page.fill('#settings-search', 'gain');
  await page.waitForSelector('[data-name="source.tone.gain_db"]');
  const marks = await textOf(page, '[data-name="source.tone.gain_db"] .marks');
  assert.match(marks, /source\.tone\.gain_db.*Live.*from line \d+.*Default: 0/s);
  await page.fill('#settings-search', 'station_name');
  await page.click('[data-name="metadata.station_name"] .marks button');
  await page.click('#save');
  await holds(page, BAR('In effect now: Name'));
  assert.not.match(file(), /station_name/);
  assert.is((await program.status()).station_name, 'Pipit');
  await page.fill('#settings-search', 'source_password');
  assert.is(await page.inputValue('#set-server_source_password'), '', 'a secret is not told');
  assert.match(await textOf(page, '[data-name="server.source_password"]'), /set/);
});

test('the way back brings the settings before, and says beforehand what that changes', async () => {
  await using opened = await openSection('station');
  const { page } = opened;
  const before = file();
  await page.fill('#set-metadata_station_name', 'Pond');
  await page.click('#save');
  await holds(page, BAR('In effect now'));
  await goTo(page, 'all');
  await page.click('#undo');
  await page.waitForSelector('#undo-yes');
  assert.match(await textOf(page, '.confirm'), /It changes: Name/);
  await page.click('#undo-yes');
  await holds(page, `document.querySelector('#station').textContent === 'Garden'`);
  assert.is(file(), before);
});

test('a text that is broken is refused with its line, and one that is not is taken', async () => {
  await using opened = await openSection('all/file');
  const { page } = opened;
  const before = file();
  await page.waitForSelector('#file-text');
  const text = await page.inputValue('#file-text');
  assert.is(text, before);
  const line = before.split('\n').findIndex((each) => each.includes('station_name')) + 1;
  await page.fill('#file-text', text.replace('station_name =', 'station_nom ='));
  await page.click('#file-save');
  await holds(page, `document.querySelector('#file-answer').textContent.includes('Line ${line}')`);
  await page.click('#file-answer button');
  const marked = `(({ value, selectionStart, selectionEnd }) => value.slice(selectionStart, selectionEnd))(document.querySelector('#file-text'))`;
  await holds(page, `${marked}.includes('station_nom =')`);
  assert.is(file(), before);

  await page.fill('#file-text', text.replace('"Garden"', '"Pond"'));
  await page.click('#file-check');
  await holds(page, `/Would be in effect at once: Name/.test(document.querySelector('#file-answer').textContent)`);
  assert.is(file(), before);
  await page.click('#file-save');
  await holds(page, `/Saved.*Name/.test(document.querySelector('#file-answer').textContent)`);
  assert.is(file(), before.replace('"Garden"', '"Pond"'));

  // Somebody else writes it meanwhile.
  await page.fill('#file-text', before);
  writeFileSync(program.configFile, before.replace('"Garden"', '"Meadow"'));
  await page.click('#file-save');
  await holds(page, `/changed meanwhile/.test(document.querySelector('#file-answer').textContent)`);
  assert.match(file(), /Meadow/);
  assert.is(await page.inputValue('#file-text'), before, 'nothing that was typed is lost');
});

test('a broker that is not there is told of in words, before anything is saved', async () => {
  await using opened = await openSection('mqtt');
  const { page, complaints } = opened;
  const before = file();
  await page.fill('#set-mqtt_url', 'mqtt://127.0.0.1:9');
  await page.click('#mqtt-test');
  await holds(
    page,
    `/It does not work.\\s+Nothing listens there/.test(document.querySelector('#mqtt-answer').textContent)`,
    30_000,
  );
  assert.is(file(), before);
  assert.equal(complaints, []);
});

test('a token is made, is good for what it may, and is not any more when it is revoked', async () => {
  await using opened = await openSection('access');
  const { page } = opened;
  await page.fill('#token-name', 'Script');
  await page.selectOption('#token-scope', 'admin');
  await page.click('#tokens button[type=submit]');
  await page.waitForSelector('#token-secret');
  const token = await page.inputValue('#token-secret');
  const asked = () => fetch(program.url('/api/settings'), { headers: { authorization: `Bearer ${token}` } });
  assert.is((await asked()).status, 200);
  await page.click('#tokens .list button');
  await page.click('#tokens .confirm .danger');
  await holds(
    page,
    `document.querySelector('#tokens .list') === null && document.querySelector('#token-secret') === null`,
  );
  assert.ok((await asked()).status >= 401);
});

test('the password is changed by who knows it', async () => {
  await using own = await Program.start('source "tone" {\n  type = "test"\n}\n');
  const headers = { 'content-type': 'application/json', origin: own.url('').replace(/\/$/, '') };
  const body = JSON.stringify({ password: PASSWORD });
  assert.is((await fetch(own.url('/api/access/password'), { method: 'POST', headers, body })).status, 200);
  await using opened = await openPage(browser, own.url('/#/settings/access'));
  const { page } = opened;
  await signIn(page);
  const change = async (current: string, fresh: string, again: string) => {
    await page.fill('#password-current', current);
    await page.fill('#password-new', fresh);
    await page.fill('#password-again', again);
    await page.click('#password-form button');
  };
  const told = (text: string) =>
    holds(page, `document.querySelector('#password-answer').textContent.includes(${JSON.stringify(text)})`);
  await change(PASSWORD, 'blackbird song', 'blackbird sing');
  await told('not the same');
  await change(PASSWORD, 'robin', 'robin');
  await told('8 to 200 characters');
  await change('sparrow hawk', 'blackbird song', 'blackbird song');
  await holds(
    page,
    `document.querySelector('#password-answer').dataset.tone === 'bad' && !/8 to 200/.test(document.querySelector('#password-answer').textContent)`,
  );
  await change(PASSWORD, 'blackbird song', 'blackbird song');
  await told('The password is changed');
  await page.click('#sign-out-all');
  await page.click('#sign-out-all-yes');
  await page.waitForSelector('#settings-closed');
  await page.click('#settings-closed button');
  await page.fill('#sign-in-password', 'blackbird song');
  await page.keyboard.press('Enter');
  await page.waitForSelector('.settings');
});

test('a source and a camera are added and removed', async () => {
  await using opened = await openSection('sources');
  const { page } = opened;
  const before = file();
  await page.click('#add-camera summary');
  await page.fill('#add-camera-name', 'street');
  await page.fill('#add-camera-url', 'rtsp://user:s3cret@192.0.2.1/live');
  await page.click('#add-camera button[type=submit]');
  await page.waitForSelector('[data-block="camera.street"]');
  assert.match(file(), /camera "street" \{\s+type\s+= "url"\s+url\s+= "rtsp:\/\/user:s3cret@192\.0\.2\.1\/live"/);
  assert.not.match(await page.content(), /s3cret/);
  await page.click('#add-source summary');
  await page.selectOption('#add-source-type', 'silence');
  await page.fill('#add-source-name', 'quiet');
  await page.click('#add-source button[type=submit]');
  await page.waitForSelector('[data-block="source.quiet"]');
  for (const block of ['camera.street', 'source.quiet']) {
    await page.click(`[data-block="${block}"] button.danger`);
    await page.click(`[data-block="${block}"] .confirm .danger`);
    await holds(page, `document.querySelector('[data-block="${block}"]') === null`);
  }
  assert.not.match(file(), /street|quiet/);
  assert.match(file(), /gain_db = 0 # of the little preamplifier/);
  assert.ok(before.length > 0);
});

test('what is plugged in is heard and seen before it is taken', async () => {
  await using opened = await openSection('station');
  const { page, complaints } = opened;
  const plugged = {
    also: [],
    usb_port: '1-1.2',
    channels: 1,
    mixer_preset: 'C-Media',
    in_use_by: null,
    in_use_elsewhere: false,
  };
  const sound = [{ ...plugged, device: 'usb-path:1-1.2', name: 'USB PnP Sound Device' }];
  const camera = { type: 'v4l2', device: 'usb-path:1-1.3', index: null, name: 'C270', usb_port: '1-1.3' };
  const cameras = [{ ...camera, width: 1280, height: 720, in_use_by: null, in_use_elsewhere: false }];
  const wishes: unknown[] = [];
  // No machine that tests has either.
  await page.route('**/api/devices', (route) => route.fulfill({ json: { sound, cameras } }));
  await page.route('**/api/devices/preview', async (route) => {
    const wish = route.request().postDataJSON() as { kind: string };
    wishes.push(wish);
    const body = '{"state":"opening"}\n{"rms_db":[-31.2],"peak_db":[-20],"clipped_samples":0}\n{"end":"time"}\n';
    if (wish.kind === 'sound') await route.fulfill({ contentType: 'application/x-ndjson', body });
    else await route.fulfill({ response: await page.request.get(program.url('/camera.jpg')) });
  });
  await goTo(page, 'sources');
  await page.click('#found li:has-text("USB PnP") button[aria-pressed]');
  await page.click('#found li:has-text("C270") button');
  await holds(page, `document.querySelector('#found .preview')?.naturalWidth === 320`);
  assert.equal(wishes, [
    { kind: 'sound', device: 'usb-path:1-1.2' },
    { kind: 'camera', type: 'v4l2', device: 'usb-path:1-1.3' },
  ]);
  await page.click('#found li:has-text("USB PnP") button.main');
  await page.waitForSelector('[data-block="source.mic"]');
  assert.match(file(), /source "mic" \{\s+type\s+= "alsa"\s+device\s+= "usb-path:1-1\.2"/);
  assert.match(file(), /mount "\/stream" \{\s+source\s*= "mic"/);
  await page.click('#found li:has-text("C270") button.main');
  await page.waitForSelector('[data-block="camera.camera"]');
  assert.match(file(), /camera "camera" \{\s+type\s+= "v4l2"\s+device\s+= "usb-path:1-1\.3"/);
  assert.equal(complaints, []);
});

test('another Wi-Fi is joined where the system lets it', async () => {
  await using opened = await openPage(browser, 'about:blank');
  const { page } = opened;
  let body: unknown;
  await page.route('**/api/wifi', (route) => {
    if (route.request().method() === 'PUT') body = route.request().postDataJSON();
    const ssid = body === undefined ? 'old nest' : 'nest';
    return route.fulfill({ json: { available: true, backend: 'fake', device: 'wlan0', ssid, ethernet: false } });
  });
  const networks = [
    { ssid: 'nest', signal_percent: 80, secured: true, current: false, known: false },
    { ssid: 'old nest', signal_percent: 60, secured: true, current: true, known: true },
  ];
  await page.route('**/api/wifi/networks', (route) => route.fulfill({ json: { networks } }));
  await page.goto(program.url('/#/settings/wifi'));
  await signIn(page);
  await page.click('.networks button');
  await page.fill('.networks input[type=password]', 'chirp chirp');
  await page.click('.networks button.main');
  await holds(page, `/Joined nest/.test(document.querySelector('main').textContent)`);
  assert.equal(body, { ssid: 'nest', password: 'chirp chirp' });
});

test('a backup is downloaded and restored, and that is taken back', async () => {
  await using opened = await openSection('system');
  const { page } = opened;
  const before = file();
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#backup-save')]);
  assert.match(download.suggestedFilename(), /^Garden-.*\.pipit-backup\.gz$/);
  const path = join(program.dir, 'backup.gz');
  await download.saveAs(path);
  await goTo(page, 'station');
  await page.fill('#set-metadata_station_name', 'Pond');
  await page.click('#save');
  await holds(page, BAR('In effect now'));
  const changed = file();
  await goTo(page, 'system');
  await page.setInputFiles('#backup-file', path);
  await page.click('#restore');
  await page.click('#restore-yes');
  await holds(page, `/Restored from/.test(document.querySelector('#backup-answer').textContent)`);
  assert.is(file(), before);
  await page.click('#restore-undo');
  await until('it is as it was', () => file() === changed);
  writeFileSync(path, 'no backup');
  await page.setInputFiles('#backup-file', path);
  await page.click('#restore');
  await page.click('#restore-yes');
  await holds(page, `document.querySelector('#backup-answer').dataset.tone === 'bad'`);
  assert.is(file(), changed);
});

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

test('axe finds nothing that keeps people out, on a phone and on a desk, light and dark', async () => {
  const axe = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of [
      { width: 390, height: 844 },
      { width: 1280, height: 900 },
    ]) {
      // What the test brings along the page's policy would refuse.
      await using opened = await openSection('station', { colorScheme, viewport, bypassCSP: true });
      const { page } = opened;
      await page.fill('#set-metadata_station_name', 'Pond');
      await page.evaluate(axe);
      for (const section of ['station', 'sources', 'quality', 'mqtt', 'access', 'wifi', 'system', 'all', 'all/file']) {
        await goTo(page, section);
        await page.evaluate(`{ for (const box of document.querySelectorAll('main details')) box.open = true; }`);
        await page.waitForTimeout(300);
        const violations = (await page.evaluate(`axe.run(document).then((found) => found.violations)`)) as Violation[];
        const told = violations.map(
          ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`,
        );
        assert.equal(told, [], `${section}, ${colorScheme}, ${viewport.width}`);
      }
    }
  }
});

test('nothing is wider than the narrowest phone, in any language', async () => {
  for (const locale of ['en', 'de', 'fr']) {
    await using opened = await openSection('station', { locale, viewport: { width: 360, height: 740 } });
    const { page, complaints } = opened;
    for (const section of ['station', 'sources', 'quality', 'mqtt', 'access', 'system', 'all', 'all/file']) {
      await goTo(page, section);
      await page.evaluate(`{ for (const box of document.querySelectorAll('main details')) box.open = true; }`);
      await page.waitForTimeout(200);
      const wide = await page.evaluate(`[...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > 360.5 && getComputedStyle(element).position !== 'absolute')
        .filter((element) => !element.closest('.meter, .editor'))
        .map((element) => element.tagName + '.' + element.className + ' ' + element.textContent.slice(0, 40))`);
      assert.equal(wide, [], `${section}, ${locale}`);
    }
    assert.equal(complaints, []);
  }
});

test('whatever a person opens, the policy of the page is never broken', async () => {
  await using opened = await openSection('station');
  const { page, complaints } = opened;
  for (const section of ['sources', 'quality', 'mqtt', 'access', 'wifi', 'system', 'all', 'all/file']) {
    await goTo(page, section);
    await page.waitForTimeout(200);
  }
  assert.equal(complaints, []);
});

test.run();
