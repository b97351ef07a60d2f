// deadline: 180 s
import { readFileSync } from 'node:fs';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { holds, launchBrowser, openPage } from '../testkit/browser.ts';
import { Program } from '../testkit/program.ts';

const PASSWORD = 'nightingale';
const STATION = `metadata {
  station_name = "Garden"
}
source "tone" {
  type = "test"
}
source "other" {
  type = "test"
  frequency_hz = 880
}
camera "card" {
  type = "test"
  width = 320
  height = 180
  fps = 5
}
mount "/stream" {
  source = "tone"
}
mount "/second" {
  source = "other"
}
auth {
  password = "${PASSWORD}"
}
`;
/** Of everything that the first look takes, heads and all. */
const MAX_FIRST_BYTES = 100_000;
const SHOWN = `document.querySelector('#heard')?.textContent.startsWith('Auto') && document.querySelector('#meters') !== null`;
const PLAYING = `document.querySelector('#state')?.textContent === 'Playing' && document.querySelector('#sound').currentTime > 0.5`;

const test = suite('page');
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

/** With all that the menu names; settings and the first visit have tests of their own for each of their parts. */
const VIEWS = ['', 'health', 'share', 'log', 'settings', 'welcome/start'];

/** Who has typed the password before. */
async function signIn(page: Page): Promise<void> {
  const answer = await page.context().request.post(program.url('/api/access/login'), {
    data: { password: PASSWORD },
    headers: { Origin: new URL(program.url('/')).origin },
  });
  assert.is(answer.status(), 200);
}

/** Another view of the open page, with all that it shows. */
async function goTo(page: Page, view: string): Promise<void> {
  await page.goto(`${program.url('/')}#/${view}`);
  const name = view === '' ? 'now' : view.split('/')[0];
  await page.waitForSelector(`#content[data-view=${name}][aria-busy="false"] h1`);
  await page.waitForSelector('#content .loading', { state: 'detached' });
  if (view === 'health') await page.waitForSelector('.tile canvas');
  if (view === 'share') {
    await holds(page, `document.querySelector('#recipe-home-assistant')?.querySelectorAll('textarea').length === 2`);
    for (const summary of await page.$$('#content summary')) await summary.press('Enter');
  }
}

/** The page as soon as it shows figures. @param prepare called with the page before it is opened */
async function openShown(options: BrowserContextOptions = {}, prepare?: (page: Page) => Promise<unknown>) {
  const opened = await openPage(browser, 'about:blank', options);
  await prepare?.(opened.page);
  await opened.page.goto(program.url('/'));
  await holds(opened.page, SHOWN);
  return opened;
}

test('the first look takes less than 100 kB over the wire and nothing from elsewhere; a reload takes next to nothing', async () => {
  await using opened = await openPage(browser, 'about:blank');
  const { page, complaints } = opened;
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Network.enable');
  const urls = new Map<string, string>();
  let bytes = 0;
  let files = 0;
  devtools.on('Network.requestWillBeSent', ({ requestId, request }) => urls.set(requestId, request.url));
  devtools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    files += 1;
  });
  await page.goto(program.url('/'));
  await holds(page, SHOWN);
  await page.waitForTimeout(1_000);
  assert.ok(files > 30, `${files} files`);
  assert.ok(bytes > 20_000 && bytes < MAX_FIRST_BYTES, `${bytes} bytes`);

  bytes = 0;
  urls.clear();
  await page.reload();
  await holds(page, SHOWN);
  assert.ok(bytes < 15_000, `${bytes} bytes when it is loaded again`);
  assert.equal(complaints, []);

  await signIn(page);
  await page.reload();
  for (const view of VIEWS) await goTo(page, view);
  const ownHost = new URL(program.url('/')).host;
  for (const url of urls.values()) assert.is(new URL(url).host, ownHost, url);
  assert.equal(complaints, []);
});

test('whatever a person does, the policy of the page is never broken', async () => {
  await using opened = await openShown({}, (page) =>
    page.addInitScript(`{
      window.broken = [];
      document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        window.broken.push(violatedDirective + ' ' + blockedURI);
      });
    }`),
  );
  const { page, complaints } = opened;
  await page.click('#play');
  await holds(page, PLAYING);
  await holds(page, `document.querySelector('#camera-state').textContent === 'Live'`);
  await page.selectOption('#camera-level', '50');
  await page.selectOption('#quality', 'low');
  await page.click('#device summary');
  await page.click('#mute-camera');
  await page.waitForSelector('dialog[open]');
  await page.keyboard.press('Escape');
  await signIn(page);
  await page.reload();
  for (const view of VIEWS) await goTo(page, view);
  assert.equal(await page.evaluate(`window.broken`), []);
  // The browser notes that the password was asked for.
  assert.equal(
    complaints.filter((text) => !/40[134]/.test(text)),
    [],
  );
});

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

test('axe finds nothing that keeps people out, on a phone and on a desk, light and dark', async () => {
  const axe = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of [
      { width: 390, height: 844 },
      { width: 1280, height: 900 },
    ]) {
      // What the test brings along the page's policy would refuse.
      await using opened = await openShown({ colorScheme, viewport, bypassCSP: true }, signIn);
      const { page } = opened;
      await holds(page, `document.querySelector('#camera-state').textContent === 'Live'`);
      await page.evaluate(`document.querySelector('#device').open = true`);
      await page.evaluate(axe);
      for (const view of VIEWS) {
        if (view !== '') await goTo(page, view);
        const violations = (await page.evaluate(`axe.run(document).then((found) => found.violations)`)) as Violation[];
        const told = violations.map(
          ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' ')}`,
        );
        assert.equal(told, [], `${view} ${colorScheme}, ${viewport.width}`);
      }
    }
  }
});

/** What reaches beyond the right edge, a line each. */
const WIDE = `[...document.querySelectorAll('body *')]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 0.5 && getComputedStyle(element).position !== 'absolute')
  .filter((element) => !element.closest('.meter'))
  .map((element) => element.tagName + '.' + element.className + ' ' + element.textContent.slice(0, 40))`;

test('nothing is wider than the narrowest phone, in any language', async () => {
  for (const locale of ['en', 'de', 'fr']) {
    await using opened = await openPage(browser, 'about:blank', { locale, viewport: { width: 360, height: 740 } });
    const { page } = opened;
    await signIn(page);
    await page.goto(program.url('/'));
    await holds(page, `(document.querySelector('#network-word')?.textContent ?? '…') !== '…'`);
    for (const view of VIEWS) {
      if (view !== '') await goTo(page, view);
      assert.equal(await page.evaluate(WIDE), [], `${view} ${locale}`);
    }
    assert.is(await page.evaluate(`document.documentElement.lang`), locale);
  }
});

test('it speaks the language of the browser, unless another is asked for', async () => {
  const words = { de: ['Jetzt', 'Zustand'], fr: ['En direct', 'État'], es: ['Now', 'Health'] };
  for (const [locale, expected] of Object.entries(words)) {
    await using opened = await openPage(browser, program.url('/'), { locale });
    await opened.page.waitForSelector('nav a');
    const named = await opened.page.$$eval('nav a', (links) => links.map((link) => link.textContent?.trim()));
    assert.equal(named.slice(0, 2), expected, locale);
  }
  await using opened = await openPage(browser, program.url('/?lang=de'), { locale: 'fr' });
  await opened.page.waitForSelector('nav a');
  assert.match((await opened.page.textContent('nav')) ?? '', /Einstellungen/);
  await Promise.all([opened.page.waitForEvent('load'), opened.page.selectOption('footer select', 'en')]);
  await holds(opened.page, `document.documentElement.lang === 'en' && document.querySelector('nav a') !== null`);
  await opened.page.goto(program.url('/'));
  await opened.page.waitForSelector('nav a');
  assert.match((await opened.page.textContent('nav')) ?? '', /Settings/, 'the choice is kept');
});

test('the level moves by itself, and holds its peak', async () => {
  await using opened = await openShown();
  const { page, complaints } = opened;
  const widths = `[...document.querySelectorAll('.meter')].map((meter) => meter.style.getPropertyValue('--rms'))`;
  await holds(page, `${widths}.length === 2 && ${widths}.every((width) => parseFloat(width) > 40)`);
  const level = Number(await page.getAttribute('[role=meter]', 'aria-valuenow'));
  assert.ok(level > -30 && level < -10, `level ${level}`);
  assert.match((await page.textContent('#level-text')) ?? '', /^peak −\d+\.\d dBFS/);
  assert.equal(complaints, []);
});

test('of several programmes one is chosen, is played and is what other players are given', async () => {
  await using opened = await openShown();
  const { page, complaints } = opened;
  await page.click('#play');
  await holds(page, PLAYING);
  await page.selectOption('#mount', '/second');
  await program.statusWhere('the second is heard', ({ mounts }) =>
    mounts.every(({ path, listeners }) => listeners === (path === '/second' ? 1 : 0)),
  );
  await holds(page, PLAYING);
  assert.match(await page.inputValue('#link-mp3'), /\/second\.mp3$/);
  assert.equal(complaints, []);
});

test('it plays on in another view, can be stopped there, and a keyboard gets everywhere', async () => {
  await using opened = await openShown();
  const { page } = opened;
  await page.click('#play');
  await holds(page, PLAYING);
  await page.focus('nav a[href="#/health"]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('#listening');
  await holds(page, `document.activeElement.tagName === 'H1' && document.title.includes('Garden')`);
  assert.is((await program.status()).listeners, 1);
  await page.focus('#listening');
  await page.keyboard.press('Space');
  await program.statusWhere('nobody listens', ({ listeners }) => listeners === 0);
  assert.is(await page.$('#listening'), null);
});

test('keys of a headset and of the lock screen play and stop it', async () => {
  await using opened = await openShown({}, (page) =>
    page.addInitScript(`{
      window.keys = {};
      navigator.mediaSession.setActionHandler = (action, handler) => { window.keys[action] = handler; };
    }`),
  );
  const { page } = opened;
  await page.click('#play');
  await holds(page, PLAYING);
  await holds(page, `navigator.mediaSession.metadata?.title === 'Garden'`);
  assert.is(await page.evaluate(`navigator.mediaSession.playbackState`), 'playing');
  await page.evaluate(`window.keys.pause()`);
  await program.statusWhere('nobody listens', ({ listeners }) => listeners === 0);
  assert.is(await page.evaluate(`navigator.mediaSession.playbackState`), 'paused');
  await page.evaluate(`window.keys.play()`);
  await holds(page, PLAYING);
  await page.evaluate(`window.keys.stop()`);
  await holds(page, `document.querySelector('#state').textContent === 'Stopped'`);
});

test('a browser that refuses to play is told of, and the next press plays', async () => {
  await using opened = await openShown({}, (page) =>
    page.addInitScript(`{
      const play = HTMLMediaElement.prototype.play;
      HTMLMediaElement.prototype.play = function () {
        HTMLMediaElement.prototype.play = play;
        return Promise.reject(new DOMException('no gesture', 'NotAllowedError'));
      };
    }`),
  );
  const { page } = opened;
  await page.click('#play');
  await holds(page, `document.querySelector('#state').textContent.includes('press play again')`);
  assert.is(await page.getAttribute('#play', 'aria-label'), 'Play');
  await page.click('#play');
  await holds(page, PLAYING);
});

const HIDE = (state: string) => `{
  Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}`;
/** The stream that the element is on; another one each time that it connects. */
const SOURCE = `document.querySelector('#sound').src`;

test('in the dark a stream that breaks is made anew at once, in the same element, without a timer', async () => {
  await using opened = await openShown();
  const { page } = opened;
  await page.click('#play');
  await holds(page, PLAYING);
  await page.evaluate(HIDE('hidden'));
  const before = await page.evaluate(SOURCE);
  // Phones stop the clocks of a page that nobody sees.
  await page.evaluate(`{
    window.setTimeout = () => 0;
    window.setInterval = () => 0;
    document.querySelector('#sound').dispatchEvent(new Event('error'));
  }`);
  await holds(page, `${SOURCE} !== ${JSON.stringify(before)} && ${PLAYING}`);
});

test('after a sleep it plays what is live, not what was in hand', async () => {
  await using opened = await openShown();
  const { page } = opened;
  await page.click('#play');
  await holds(page, PLAYING);
  const before = await page.evaluate(SOURCE);
  await page.waitForTimeout(1_500);
  assert.is(await page.evaluate(SOURCE), before, 'nothing is wrong yet');
  await page.evaluate(`{
    const now = Date.now;
    Date.now = () => now() + 60_000;
  }`);
  await holds(page, `${SOURCE} !== ${JSON.stringify(before)} && ${PLAYING}`);
});

test('with another network the stream is made anew', async () => {
  await using opened = await openShown();
  const { page } = opened;
  await page.click('#play');
  await holds(page, PLAYING);
  const before = await page.evaluate(SOURCE);
  await page.evaluate(`window.dispatchEvent(new Event('offline'))`);
  await page.evaluate(`window.dispatchEvent(new Event('online'))`);
  await holds(page, `${SOURCE} !== ${JSON.stringify(before)} && ${PLAYING}`);
});

test('what the system has paused it may let go on, at the live edge', async () => {
  await using opened = await openShown();
  const { page } = opened;
  await page.click('#play');
  await holds(page, PLAYING);
  const before = await page.evaluate(SOURCE);
  await page.evaluate(`document.querySelector('#sound').pause()`);
  await holds(page, `document.querySelector('#state').textContent.startsWith('Paused')`);
  await page.evaluate(`void document.querySelector('#sound').play()`);
  await holds(page, `${SOURCE} !== ${JSON.stringify(before)} && ${PLAYING}`);
});

test('what takes the password asks for it, once, and goes on where it was', async () => {
  await using opened = await openShown();
  const { page } = opened;
  await page.click('#mute-camera');
  await page.waitForSelector('dialog[open]');
  assert.is(await page.evaluate(`document.activeElement.id`), 'sign-in-password');
  await page.fill('#sign-in-password', 'sparrow');
  await page.keyboard.press('Enter');
  await holds(page, `document.querySelector('#sign-in-error').textContent !== ''`);
  await page.fill('#sign-in-password', PASSWORD);
  await page.keyboard.press('Enter');
  await holds(page, `document.querySelector('#camera-is').textContent === 'muted'`);
  assert.is(await page.evaluate(`document.querySelector('dialog').open`), false);
  await page.click('#mute-camera');
  await holds(page, `document.querySelector('#camera-is').textContent === 'on'`);
  assert.is(await page.evaluate(`document.querySelector('dialog').open`), false);

  await page.click('#play');
  await page.click('#listeners summary');
  await holds(page, `/127\\.0\\.0.*kbit/.test(document.querySelector('#listeners li')?.textContent)`);
  await page.click('#sign-in');
  await holds(page, `document.querySelector('#sign-in').textContent.trim() === 'Sign in'`);
});

test('who asked for calm sees the level change once a second, without motion', async () => {
  await using opened = await openShown({ reducedMotion: 'reduce' });
  const { page } = opened;
  await holds(page, `document.querySelectorAll('.meter').length === 2`);
  const changes = (await page.evaluate(`new Promise((resolve) => {
    let count = 0;
    const observer = new MutationObserver(() => { count += 1; });
    observer.observe(document.querySelector('.meter'), { attributes: true, attributeFilter: ['style'] });
    setTimeout(() => resolve(count), 3_000);
  })`)) as number;
  assert.ok(changes <= 6, `${changes} changes in 3 s`);
  assert.is(await page.evaluate(`getComputedStyle(document.querySelector('.meter .cover')).transitionDuration`), '0s');
});

test('a station that is not open says so, lets in who knows the password, and a guest by their link alone', async () => {
  const password = `auth {
  password = "${PASSWORD}"`;
  await using closed = await Program.start(STATION.replace(password, `${password}\n  listeners = "password"`));
  const headers = { Authorization: `Basic ${Buffer.from(`me:${PASSWORD}`).toString('base64')}` };
  const body = JSON.stringify({ name: 'Grandma', hours: 1 });
  const answer = await fetch(closed.url('/api/access/guests'), { method: 'POST', headers, body });
  const { path } = (await answer.json()) as { path: string };
  {
    await using opened = await openPage(browser, closed.url('/'));
    const { page } = opened;
    await holds(page, `document.querySelector('h1')?.textContent === 'This Pipit is not open to everybody.'`);
    await page.click('main button');
    await page.fill('#sign-in-password', PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#play');
    await page.click('#play');
    await holds(page, PLAYING);
  }
  await using opened = await openPage(browser, closed.url(path));
  const { page } = opened;
  await page.waitForSelector('#play');
  assert.not.match(page.url(), /token/);
  await page.click('#play');
  await holds(page, PLAYING);
});

test.run();
