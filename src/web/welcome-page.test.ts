// deadline: 240 s
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { holds, launchBrowser, openPage } from '../testkit/browser.ts';
import { Program } from '../testkit/program.ts';
import { until } from '../testkit/until.ts';

const PASSWORD = 'nightingale sings';
const RATE = 16_000;
/** No hardware here has these: the page is told of them, all else is the real program. */
const DEVICES = {
  sound: [
    {
      device: 'usb-path:1-1.2',
      also: ['hw:1,0'],
      name: 'Snow Microphone',
      usb_port: '1-1.2',
      channels: 1,
      mixer_preset: 'C-Media',
      in_use_by: null,
      in_use_elsewhere: false,
    },
    {
      device: 'card-id:Device',
      also: [],
      name: 'USB Audio',
      usb_port: null,
      channels: 2,
      mixer_preset: null,
      in_use_by: null,
      in_use_elsewhere: true,
    },
  ],
  cameras: [
    {
      type: 'v4l2',
      device: 'usb-path:1-1.4',
      index: null,
      name: 'Webcam',
      usb_port: '1-1.4',
      width: 1920,
      height: 1080,
      in_use_by: null,
      in_use_elsewhere: false,
    },
    {
      type: 'rpicam',
      device: null,
      index: 1,
      name: 'imx708',
      usb_port: null,
      width: null,
      height: null,
      in_use_by: null,
      in_use_elsewhere: false,
    },
  ],
};

const test = suite('first visit');
let browser: Browser;
let program: Program;
/** Cookies and what is stored of a browser that has signed in. */
let signedIn: BrowserContextOptions = {};

test.before(async () => {
  browser = await launchBrowser();
  program = await Program.start('# Nobody has set anything yet.', { 'quiet.wav': quietSound() });
  // When it starts again, the page looks for it where it was.
  writeFileSync(
    program.configFile,
    config().replace(/(listen_port|source_port) = 0/g, (_, key) =>
      key === 'listen_port' ? `listen_port = ${program.port}` : 'source_port = 0',
    ),
  );
});

test.after(async () => {
  await browser.close();
  await program[Symbol.asyncDispose]();
});

/** Quiet, on the left alone, with the hum of mains under it: somebody who taps now and then. */
function quietSound(): Buffer {
  const seconds = 12;
  const data = Buffer.alloc(seconds * RATE * 4);
  for (let index = 0; index < seconds * RATE; index++) {
    const time = index / RATE;
    const hum = 0.006 * Math.sin(2 * Math.PI * 50 * time) + 0.003 * Math.sin(2 * Math.PI * 100 * time);
    const voice = time % 1.5 < 0.5 ? 0.012 * Math.sin(2 * Math.PI * 700 * time) : 0;
    data.writeInt16LE(Math.round(32_767 * (hum + voice)), index * 4);
  }
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + data.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(2, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 4, 28);
  head.writeUInt16LE(4, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(data.length, 40);
  return Buffer.concat([head, data]);
}

function config(): string {
  return readFileSync(program.configFile, 'utf8');
}

function at(step: string): string {
  return `${program.url('/')}#/welcome${step === '' ? '' : `/${step}`}`;
}

/** Whoever changes much in a short time has it written every few seconds. */
function kept(...lines: readonly RegExp[]): Promise<void> {
  return until(`${lines.join(' ')} are kept`, () => lines.every((line) => line.test(config())), 20_000);
}

/** A second page of the same address is only a change behind the #: so from another one. */
async function openStep(step: string, options: BrowserContextOptions = {}, prepare?: (page: Page) => Promise<unknown>) {
  const opened = await openPage(browser, 'about:blank', { ...signedIn, ...options });
  await prepare?.(opened.page);
  await opened.page.goto(at(step));
  await opened.page.waitForSelector('#content:not([aria-busy="true"]) h1');
  return opened;
}

/** Answers for hardware that is not here. */
async function withDevices(page: Page): Promise<void> {
  const picture = await page.evaluate<string>(`{
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 36 });
    canvas.getContext('2d').fillRect(0, 0, 64, 36);
    canvas.toDataURL('image/jpeg').split(',')[1];
  }`);
  await page.route('**/api/devices', (route) => route.fulfill({ json: DEVICES }));
  await page.route('**/api/devices/preview', (route) => {
    const { kind, type } = route.request().postDataJSON();
    if (type === 'rpicam') return route.fulfill({ status: 409, json: { error: 'The camera is busy.', code: 'x' } });
    if (kind === 'camera') return route.fulfill({ body: Buffer.from(picture, 'base64'), contentType: 'image/jpeg' });
    const lines = [
      { state: 'opening' },
      ...[-50, -20].map((db) => ({ rms_db: [db - 10], peak_db: [db], clipped_samples: 0 })),
    ];
    return route.fulfill({
      body: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
      contentType: 'application/x-ndjson',
    });
  });
}

async function accessNow(): Promise<Record<string, unknown>> {
  return (await (await fetch(program.url('/api/access'))).json()) as Record<string, unknown>;
}

test('whoever comes first can listen at once, and is led to setting up', async () => {
  await using opened = await openPage(browser, program.url('/'));
  const { page } = opened;
  await page.waitForSelector('#first-visit a');
  await page.click('#play');
  await holds(page, `document.querySelector('#state')?.textContent === 'Playing'`);
  await page.click('#first-visit a');
  await holds(
    page,
    `document.activeElement?.tagName === 'H1' && document.activeElement.textContent.includes('Welcome')`,
  );
  assert.is(await page.$('#first-visit'), null);
  // It plays on.
  assert.ok(await page.$('#listening'));
});

test('a password that is too short, or not the same twice, is not taken and is told of', async () => {
  await using opened = await openStep('');
  const { page, complaints } = opened;
  await page.fill('#password', 'finch');
  await holds(page, `document.querySelector('#password-says').textContent === '3 more'`);
  await page.fill('#password-again', 'finch');
  await page.click('#next');
  await holds(page, `/at least 8/.test(document.querySelector('#step-problem').textContent)`);
  await page.fill('#password', PASSWORD);
  await page.fill('#password-again', `${PASSWORD}!`);
  await page.click('#next');
  await holds(page, `/not the same/.test(document.querySelector('#step-problem').textContent)`);
  assert.is(await page.getAttribute('#password-again', 'aria-invalid'), 'true');
  assert.is(await page.getAttribute('#password', 'type'), 'password');
  await page.check('.show-typed input');
  assert.is(await page.getAttribute('#password', 'type'), 'text');
  // No other step is open before.
  await page.goto(at('name'));
  await holds(page, `document.querySelector('#password') !== null`);
  assert.is((await accessNow())['first_visit'], true);
  assert.equal(complaints, []);
});

test('the language is that of the browser, and another is chosen with one press', async () => {
  await using opened = await openStep('', { locale: 'fr' });
  const { page } = opened;
  assert.match((await page.textContent('h1')) ?? '', /Bienvenue/);
  await Promise.all([page.waitForEvent('load'), page.check('input[name=language][value=de]', { force: true })]);
  await holds(page, `/Willkommen/.test(document.querySelector('h1')?.textContent)`);
  assert.match(page.url(), /#\/welcome/);
});

test('a whole first visit: a password, a sound that is put right, a name; with a reload on the way', async () => {
  await using opened = await openStep('');
  const { page } = opened;
  // As a keyboard does it.
  await page.focus('#password');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Tab');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#step-microphone');
  assert.is((await accessNow())['first_visit'], false);
  assert.not.match(config(), /nightingale/);
  const { cookies } = await page.context().storageState();
  signedIn = { storageState: { cookies, origins: [] } };

  await page.check('input[value=file]');
  await page.click('#next');
  await holds(page, `/path/.test(document.querySelector('#step-problem').textContent)`);
  await page.fill('#source-path', join(program.dir, 'quiet.wav'));
  await page.click('#next');
  await page.waitForSelector('#step-sound #restart-now');
  await kept(/source "mic" \{\n {2}type = "file"\n {2}path = ".*quiet\.wav"/);

  await page.reload();
  await page.waitForSelector('#step-sound #restart-now');
  assert.is(await page.textContent('#step'), 'Step 3 of 6');
  await page.click('#restart-now');
  await page.waitForSelector('#check-now', { timeout: 40_000 });

  const widths = `[...document.querySelectorAll('.meter')].map((meter) => parseFloat(meter.style.getPropertyValue('--rms')))`;
  await holds(page, `${widths}[0] > 15 && ${widths}[1] === 0`);
  const before = (await page.evaluate(`Math.max(...${widths})`)) as number;
  await page.click('#check-now');
  await page.waitForSelector('.verdicts', { timeout: 30_000 });
  const verdicts = await page.$$eval('.verdicts li', (items) => items.map((item) => item.getAttribute('data-verdict')));
  assert.equal(verdicts, ['too_quiet', 'hum', 'one_side']);
  assert.match((await page.textContent('.verdicts')) ?? '', /50 Hz/);
  await page.click('#apply');
  await page.waitForSelector('#applied');
  await kept(/use_channels += "left"/, /gain_db += \d/, /high_pass_hz += \d/);
  // The right side is heard now, and louder, without anything being started again.
  await holds(page, `${widths}[1] > ${before}`);

  // By hand, with effect at once.
  await page.selectOption('#high-pass', '80');
  await page.selectOption('#channels', 'mono');
  await page.focus('#gain');
  await page.keyboard.press('Home');
  await holds(page, `${widths}[0] === 0 && ${widths}[1] === 0`);
  await page.keyboard.press('ArrowRight');
  await page.click('#next');
  await page.waitForSelector('#step-camera');
  await kept(/gain_db += -39/, /high_pass_hz += 80/, /use_channels += "mono"/);

  await page.check('input[value=none]');
  await page.click('#next');
  await page.waitForSelector('#step-name');
  await page.fill('#station-name', '  ');
  await page.click('#next');
  await holds(page, `/needs a name/.test(document.querySelector('#step-problem').textContent)`);
  await page.fill('#station-name', 'Garden');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#step-done .qr');
  assert.match((await page.textContent('h1')) ?? '', /Garden/);
  await page.click('#restart-now');
  await holds(page, `document.querySelector('#restart') === null`, 40_000);
  await page.click('#finish');
  await holds(
    page,
    `document.querySelector('#station').textContent === 'Garden' && document.querySelector('#play') !== null`,
  );
  assert.is(await page.$('#unfinished'), null);
  const { station_name: name, sources, cameras } = await program.status();
  assert.equal([name, sources[0]?.type, cameras.length], ['Garden', 'file', 0]);
});

test('another browser is led to no first visit, and can change nothing without the password', async () => {
  await using opened = await openPage(browser, program.url('/'));
  const { page } = opened;
  await page.waitForSelector('#sign-in');
  assert.is(await page.$('#first-visit'), null);
  await page.goto(at('name'));
  await holds(page, `/needs the password/.test(document.querySelector('#content').textContent)`);
  assert.is(await page.$('#station-name'), null);
  await page.click('#content button.main');
  await page.fill('#sign-in-password', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#station-name');
});

test('a microphone and cameras that are found are heard and seen before one is chosen', async () => {
  await using opened = await openStep('microphone', {}, withDevices);
  const { page } = opened;
  await page.click('text=Snow Microphone');
  await page.click('[aria-label="Listen to Snow Microphone"]');
  await holds(
    page,
    `parseFloat(document.querySelector('.device-level .meter').style.getPropertyValue('--rms')) === 50`,
  );
  await page.click('#next');
  await holds(page, `location.hash === '#/settings'`);
  await kept(/source "mic" \{\n {2}type += "alsa"[\s\S]*device += "usb-path:1-1\.2"/);
  assert.not.match(config(), /quiet\.wav/, 'what belongs to the former type is gone');

  await page.goto(at('camera'));
  await holds(page, `document.querySelector('.sight')?.dataset.state === 'here'`);
  await holds(page, `document.querySelectorAll('.sight')[1].textContent.includes('The camera is busy.')`);
  assert.ok(await page.isChecked('input[value=none]'), 'as it is set');
  await page.click('text=imx708');
  await page.click('#next');
  await holds(page, `location.hash === '#/settings'`);
  await kept(/camera "camera" \{\n {2}type += "rpicam"\n {2}index += 1/, /enabled += true/);
  await page.goto(at('camera'));
  await holds(page, `document.querySelector('input[value="rpicam 1"]')?.checked`);
  await page.click('text=Webcam');
  await page.click('#next');
  await holds(page, `location.hash === '#/settings'`);
  await kept(/type += "v4l2"[\s\S]*device += "usb-path:1-1\.4"/);
  assert.not.match(config(), /index/);
});

test('the sound check stands alone too, and says what is missing', async () => {
  await using opened = await openStep('sound');
  const { page } = opened;
  assert.is(await page.$('#step'), null, 'no steps');
  await page.waitForSelector('#restart-now');
  await page.click('#restart-now');
  await page.waitForSelector('#check-now', { timeout: 40_000 });
  await holds(page, `/^There is no device/.test(document.querySelector('#sound-trouble').textContent)`);
  await page.click('#check-now');
  await holds(page, `document.querySelector('#verdicts .notice') !== null`);
  await page.click('#next');
  await holds(page, `location.hash === '#/settings'`);
  // Of one source, from where all are.
  await page.goto(`${program.url('/')}#/settings/sources`);
  await page.click('a[href="#/welcome/sound/mic"]');
  await page.waitForSelector('#step-sound');
});

test('whoever leaves in the middle is reminded, and goes on where they were', async () => {
  await using opened = await openStep('');
  const { page } = opened;
  await page.click('#next');
  await page.waitForSelector('#step-microphone');
  await page.click('.later button');
  await page.click('#unfinished a');
  await page.waitForSelector('#step-microphone');
  await page.click('nav a[href="#/"]');
  await page.click('#unfinished button');
  await holds(page, `document.querySelector('#unfinished') === null`);
});

test('Wi-Fi is a step where the system has it and none is joined', async () => {
  let joined: unknown;
  const offered = async (page: Page) => {
    await page.route('**/api/wifi', (route) => {
      if (route.request().method() === 'PUT') joined = route.request().postDataJSON();
      return route.fulfill({
        json: { available: true, backend: 'x', device: 'wlan0', ssid: null, ethernet: false, ok: true },
      });
    });
    const network = { ssid: 'Nest', signal_percent: 70, secured: true, current: false, known: false };
    await page.route('**/api/wifi/networks', (route) => route.fulfill({ json: { networks: [network] } }));
  };
  await using opened = await openStep('', {}, offered);
  const { page } = opened;
  await page.click('#next');
  await holds(page, `document.querySelector('#step')?.textContent === 'Step 2 of 7'`);
  await page.goto(at('wifi'));
  await page.click('text=Nest');
  await page.click('#next');
  await holds(page, `/password/.test(document.querySelector('#step-problem').textContent)`);
  await page.fill('#wifi-password', 'hush hush');
  await page.click('#next');
  await page.waitForSelector('#step-done');
  assert.equal(joined, { ssid: 'Nest', password: 'hush hush' });
});

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string }[];
}

test('axe finds nothing that keeps people out of any step, on a phone and on a desk, light and dark', async () => {
  const axe = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [390, 1280]) {
      const options = { colorScheme, viewport: { width, height: 844 }, bypassCSP: true };
      await using opened = await openStep('start', options, withDevices);
      const { page } = opened;
      for (const step of ['start', 'microphone', 'sound', 'camera', 'name', 'done']) {
        await page.goto(at(step));
        await page.waitForSelector(`#step-${step}`);
        if (step === 'camera') await holds(page, `document.querySelector('.sight')?.dataset.state === 'here'`);
        await page.evaluate(axe);
        const found = (await page.evaluate(`axe.run(document).then(({ violations }) => violations)`)) as Violation[];
        const told = found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`);
        assert.equal(told, [], `${step}, ${colorScheme}, ${width}`);
      }
    }
  }
});

test('no step is wider than the narrowest phone, in any language', async () => {
  for (const locale of ['en', 'de', 'fr']) {
    const options = { locale, viewport: { width: 360, height: 740 } };
    await using opened = await openStep('start', options, withDevices);
    const { page } = opened;
    for (const step of ['start', 'microphone', 'sound', 'camera', 'name', 'done']) {
      await page.goto(at(step));
      await page.waitForSelector(`#step-${step}`);
      const wide = await page.evaluate(`[...document.querySelectorAll('body *')]
        .filter((element) => element.getBoundingClientRect().right > 360.5 && getComputedStyle(element).position !== 'absolute')
        .filter((element) => !element.closest('.meter'))
        .map((element) => element.tagName + '.' + element.className + ' ' + element.textContent.slice(0, 40))`);
      assert.equal(wide, [], `${step}, ${locale}`);
    }
  }
});

test.run();
