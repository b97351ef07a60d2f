// deadline: 120 s
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { holds, launchBrowser, openPage } from '../testkit/browser.ts';
import { Program } from '../testkit/program.ts';

const test = suite('health page');
let browser: Browser;
let dir: string;

test.before(async () => {
  browser = await launchBrowser();
  dir = mkdtempSync(join(tmpdir(), 'pipit-health-'));
});

test.after(async () => {
  await browser.close();
  rmSync(dir, { recursive: true });
});

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with the page as it is, a line each. */
async function faultsOf(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`);
}

/** A source that the test can take away for good: a program that runs until `gone` is there. */
function program(): string {
  const tone = 'ffmpeg -v quiet -re -f lavfi -i sine=frequency=440:sample_rate=48000 -ac 2 -f s16le -';
  const script = `test -e ${dir}/gone && exit 1; ${tone} & echo $! > ${dir}/pid; wait`;
  return `auth {
  password = "correct horse"
}
source "tone" {
  type        = "exec"
  command     = ["sh", "-c", ${JSON.stringify(script)}]
  format      = "s16le"
  sample_rate = 48000
}
camera "card" {
  type = "test"
}
mount "/stream" {
  source   = "tone"
  fallback = []
}`;
}

function takeAway(): void {
  writeFileSync(join(dir, 'gone'), '');
  execFileSync('kill', [readFileSync(join(dir, 'pid'), 'utf8').trim()]);
}

/** Whether anything is drawn on the canvas of a tile in the colour of its line. */
const DRAWN = (id: string): string => `(() => {
  const canvas = document.querySelector('#tile-${id} canvas');
  if (canvas === null) return false;
  const accent = getComputedStyle(document.documentElement).getPropertyValue('--accent').trim();
  const [red, green, blue] = [1, 3, 5].map((at) => parseInt(accent.slice(at, at + 2), 16));
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  let hits = 0;
  for (let at = 0; at < data.length; at += 4) {
    const isNear = Math.abs(data[at] - red) + Math.abs(data[at + 1] - green) + Math.abs(data[at + 2] - blue) < 60;
    if (isNear && data[at + 3] > 120) hits += 1;
  }
  return hits > 3;
})()`;

test('figures move, charts are drawn, and a warning says what to do when the source goes', async () => {
  await using running = await Program.start(program());
  await running.statusWhere('the source is live', (status) => status.source_connected);
  await using opened = await openPage(browser, running.url('/#/health'), { locale: 'en', colorScheme: 'light' });
  const { page, complaints } = opened;
  await holds(page, `document.querySelector('#tile-ring .value')?.textContent.includes('sec')`);
  assert.match((await page.textContent('#signs')) ?? '', /All is well|saves its strength/);
  const before = await page.textContent('#tile-ring .value');
  await holds(page, `document.querySelector('#tile-ring .value').textContent !== ${JSON.stringify(before)}`);
  for (const id of ['listeners', 'bandwidth', 'level-tone', 'ring', 'cpu', 'memory', 'camera-card', 'trouble']) {
    assert.ok(await page.isVisible(`#tile-${id}`), id);
  }
  await page.locator('#tile-ring').scrollIntoViewIfNeeded();
  await holds(page, DRAWN('ring'));
  assert.match((await page.getAttribute('#tile-ring .chart', 'aria-label')) ?? '', /the last hour: now .*, lowest \d/);
  assert.match((await page.textContent('#events')) ?? '', /Pipit started/);
  assert.equal(await faultsOf(page), []);

  takeAway();
  await holds(page, `document.querySelector('#sign-no-source[data-severity="alarm"]') !== null`);
  assert.match((await page.textContent('#sign-no-source')) ?? '', /Nothing is on the air.*What to do:/s);
  await holds(page, `/Source lost · tone/.test(document.querySelector('#events').textContent)`);
  assert.equal(await faultsOf(page), []);
  // The past is asked for, and a station that keeps none says so; the test itself reads the canvas.
  assert.equal(
    complaints.filter((text) => !/404|willReadFrequently/.test(text)),
    [],
  );
});

test('a page that nobody sees asks for nothing', async () => {
  rmSync(join(dir, 'gone'), { force: true });
  await using running = await Program.start(program());
  await using opened = await openPage(browser, running.url('/#/health'));
  const { page } = opened;
  await holds(page, `document.querySelector('#tile-cpu .value') !== null`);
  await page.evaluate(`{
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  }`);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const frozen = await page.textContent('#tile-ring .value');
  await new Promise((resolve) => setTimeout(resolve, 4_500));
  assert.is(await page.textContent('#tile-ring .value'), frozen);
  await page.evaluate(`{
    delete document.visibilityState;
    document.dispatchEvent(new Event('visibilitychange'));
  }`);
  await holds(page, `document.querySelector('#tile-ring .value').textContent !== ${JSON.stringify(frozen)}`);
});

test('the log is for who signs in: it comes live, by level, can be paused, and the bundle is saved', async () => {
  await using running = await Program.start(program());
  await using opened = await openPage(browser, running.url('/#/log'), { locale: 'de', colorScheme: 'dark' });
  const { page } = opened;
  await page.waitForSelector('dialog[open]');
  await page.fill('#sign-in-password', 'correct horse');
  await page.keyboard.press('Enter');
  await holds(page, `/on the air|open http/.test(document.querySelector('#log-lines')?.textContent ?? '')`);
  assert.equal(await faultsOf(page), []);
  const mute = (microphone: boolean) =>
    page.evaluate(`fetch('/api/privacy', { method: 'PUT', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ microphone: ${microphone} }) }).then(({ status }) => status)`);
  assert.is(await mute(true), 200);
  await holds(page, `/the microphone is muted/.test(document.querySelector('#log-lines').textContent)`);
  await page.click('#log-pause');
  const lines = await page.textContent('#log-lines');
  await mute(false);
  await mute(true);
  await holds(page, `/wartet|warten/.test(document.querySelector('.log-view').textContent)`);
  assert.is(await page.textContent('#log-lines'), lines);
  await page.click('#log-pause');
  await page.selectOption('#log-level', 'error');
  await holds(page, `!/the microphone is muted/.test(document.querySelector('#log-lines').textContent)`);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#log-support')]);
  assert.match(download.suggestedFilename(), /^pipit-support-.*\.tar\.gz$/);
  const listed = String(execFileSync('tar', ['-tzf', await download.path()]));
  assert.match(listed, /\/log\.txt/);
});

test.run();
