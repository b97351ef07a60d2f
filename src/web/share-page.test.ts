// deadline: 120 s
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { holds, launchBrowser, openPage } from '../testkit/browser.ts';
import { Program } from '../testkit/program.ts';

const PASSWORD = 'nightingale';
const STATION = `metadata {
  station_name = "Garden \\"back\\""
}
source "tone" {
  type = "test"
}
camera "card" {
  type   = "test"
  width  = 320
  height = 180
  fps    = 5
}
mount "/stream" {
  source = "tone"
}
auth {
  password  = "${PASSWORD}"
  listeners = "token"
}
`;
const PLAYING = `document.querySelector('#state')?.textContent === 'Playing' && document.querySelector('#sound').currentTime > 0.5`;

const test = suite('share page');
let browser: Browser;
let program: Program;
let dir: string;

test.before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'pipit-share-'));
  browser = await launchBrowser();
  program = await Program.start(STATION);
});

test.after(async () => {
  await browser.close();
  await program[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true });
});

/** The view, for who has signed in. */
async function openShare(options: Parameters<typeof openPage>[2] = {}) {
  const opened = await openPage(browser, program.url('/#/share'), options);
  const { page } = opened;
  await page.click('#sign-in');
  await page.fill('#sign-in-password', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#link-url');
  await holds(page, `document.querySelector('#recipe-radio input')?.value.includes('/stream')`);
  return opened;
}

/** What a phone's camera reads off the screen. */
async function scanned(page: Page, selector: string): Promise<string> {
  const file = join(dir, 'code.png');
  await page.locator(selector).screenshot({ path: file });
  return execFileSync('zbarimg', ['--raw', '--quiet', file], { encoding: 'utf8' }).trim();
}

test('a camera reads the link that is shown, whatever it opens, by day and by night', async () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    await using opened = await openShare({ colorScheme });
    const { page, complaints } = opened;
    const expected = { page: '/', sound: '/stream', camera: '/camera.mjpg' };
    for (const [target, path] of Object.entries(expected)) {
      await page.selectOption('#link-target', target);
      await holds(page, `document.querySelector('#link-url').value.endsWith(${JSON.stringify(path)})`);
      assert.is(await page.inputValue('#link-url'), program.url(path));
      assert.is(await scanned(page, '[aria-labelledby=link-title] .qr'), program.url(path), colorScheme);
    }
    assert.match((await page.textContent('[role=note]')) ?? '', /127\.0\.0\.1, which means another machine/);
    // The browser notes that it was told to sign in.
    assert.equal(
      complaints.filter((text) => !/40[13]|Authentication failed/.test(text)),
      [],
    );
  }
});

test('a guest listens by the link that was made for them, until it is withdrawn', async () => {
  await using host = await openShare();
  await host.page.fill('#guest', 'Grandma');
  await host.page.selectOption('#guest-hours', '3');
  await host.page.click('.guest-form button[type=submit]');
  await host.page.waitForSelector('#guest-link');
  const link = await host.page.inputValue('#guest-link');
  assert.ok(link.startsWith(program.url('/?token=')), link);
  assert.is(await scanned(host.page, '.made .qr'), link);
  const until = new Date(
    (await host.page.textContent('.made'))?.match(/until (.*?)\. It/)?.[1]?.replace(' at', '') ?? '',
  );
  assert.ok(Math.abs(until.getTime() - Date.now() - 3 * 3_600_000) < 120_000, `until ${until}`);

  await using stranger = await openPage(browser, program.url('/'));
  await holds(stranger.page, `document.querySelector('h1')?.textContent.includes('not open')`);
  assert.is((await fetch(program.url('/stream'))).status, 401);

  await using guest = await openPage(browser, link);
  await guest.page.waitForSelector('#play');
  await guest.page.click('#play');
  await holds(guest.page, PLAYING);
  await holds(guest.page, `document.querySelector('#camera-state').textContent === 'Live'`);
  assert.not.match(guest.page.url(), /token/, 'the address does not show what lets them in');

  // It lets them listen and no more.
  await guest.page.click('#mute-camera');
  await guest.page.waitForSelector('dialog[open]');
  await guest.page.keyboard.press('Escape');

  await host.page.click('[aria-label="Withdraw the link for Grandma"]');
  await host.page.waitForSelector('[aria-label="Withdraw the link for Grandma"]', { state: 'detached' });
  assert.is(await host.page.$('#guest-link'), null);
  await holds(guest.page, `document.querySelector('h1')?.textContent.includes('not open')`);
  await using late = await openPage(browser, link);
  await late.page.waitForSelector('.notice[role=alert]');
  await holds(late.page, `document.querySelector('h1')?.textContent.includes('not open')`);
  const headers = { Authorization: `Basic ${btoa(`me:${PASSWORD}`)}` };
  const heard = async () =>
    (await (await fetch(program.url('/api/status'), { headers })).json()) as { listeners: number };
  for (let tries = 0; (await heard()).listeners > 0; tries += 1) {
    assert.ok(tries < 100, 'the guest still listens');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});

test('what is copied is what another player takes', async () => {
  await using opened = await openShare({ permissions: ['clipboard-read', 'clipboard-write'] });
  const { page } = opened;
  const copies: Record<string, string> = {};
  for (const summary of await page.$$('#content summary')) {
    // From the keyboard, as the next press too.
    await summary.press('Enter');
  }
  for (const button of await page.$$('.recipe button')) {
    await button.press('Enter');
    const label = await button.getAttribute('aria-label');
    await holds(page, `document.activeElement.textContent.trim() === 'Copied'`);
    const id = (await page.evaluate(
      `document.activeElement.parentElement.querySelector('input, textarea').id`,
    )) as string;
    copies[id] = (await page.evaluate('navigator.clipboard.readText()')) as string;
    assert.match(label ?? '', /^Copy: ./);
  }
  const { action, card, ...rest } = renamed(copies, { 'home-assistant-0': 'action', 'home-assistant-1': 'card' });
  const stream = program.url('/stream');
  assert.equal(rest, {
    'radio-0': `${stream}.m3u`,
    'sonos-0': `${stream}.mp3`,
    'sonos-1': `x-rincon-mp3radio://${stream.replace('http://', '')}.mp3`,
    'chromecast-0': `catt cast ${stream}.mp3`,
    'computer-0': `mpv ${stream}`,
    'phone-0': program.url('/'),
  });
  assert.equal(yaml(action), {
    action: 'media_player.play_media',
    target: { entity_id: 'media_player.kitchen' },
    data: {
      media: {
        media_content_id: `${stream}.mp3`,
        media_content_type: 'music',
        metadata: { title: 'Garden "back"' },
      },
    },
  });
  assert.equal(yaml(card), {
    type: 'picture',
    image: program.url('/camera.mjpg'),
    tap_action: { action: 'none' },
  });
});

test('it is told in the language of the browser, and what is copied is the same', async () => {
  const expected = { en: 'A link for everybody', de: 'Ein Link für alle', fr: 'Un lien pour tous' };
  for (const [locale, title] of Object.entries(expected)) {
    await using opened = await openShare({ locale });
    const { page } = opened;
    assert.is(await page.textContent('#link-title'), title);
    assert.is(await page.inputValue('#copy-computer-0'), `mpv ${program.url('/stream')}`);
    assert.not.match((await page.textContent('#content')) ?? '', /\{\w+\}|undefined/);
  }
});

/** Without what all ids have in common, some under names that say what they are. */
function renamed(copies: Record<string, string>, names: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(copies).map(([id, text]) => {
      const own = id.replace('copy-', '');
      return [names[own] ?? own, text];
    }),
  );
}

/** As Home Assistant reads it. */
function yaml(text = ''): unknown {
  const script = 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)';
  return JSON.parse(execFileSync('python3', ['-c', script], { input: text, encoding: 'utf8' }));
}

test.run();
