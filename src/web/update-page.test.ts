// deadline: 60 s
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { launchBrowser, openPage } from '../testkit/browser.ts';
import { Program } from '../testkit/program.ts';
import type { UpdateAnswer } from './update-schemas.ts';

const PASSWORD = 'a good password';

const test = suite('updates on the page');
let browser: Browser;
let program: Program;

test.before(async () => {
  browser = await launchBrowser();
  program = await Program.start(`source "tone" {\n  type = "test"\n}\nauth {\n  password = "${PASSWORD}"\n}`);
});

test.after(async () => {
  await browser.close();
  await program[Symbol.asyncDispose]();
});

const IDLE: UpdateAnswer = {
  available: true,
  installed: '1.2.0',
  state: 'idle',
  percent: null,
  version: null,
  problem: null,
  latest: null,
};

/** Opens the system's settings, signed in. */
async function systemPage(page: Page): Promise<void> {
  await page.goto(program.url('/#/settings/system'));
  await page.click('#settings-closed button');
  await page.fill('#sign-in-password', PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#update');
}

test('a station that was installed as a package says how it is updated', async () => {
  await using opened = await openPage(browser, 'about:blank');
  const { page, complaints } = opened;
  await systemPage(page);
  assert.match((await page.textContent('#update')) ?? '', /newer \.deb/);
  assert.is(await page.$('#update-file'), null);
  assert.equal(complaints, []);
});

test('a file goes out in parts, the bar moves, and a restart is offered in the end', async () => {
  await using opened = await openPage(browser, 'about:blank');
  const { page, complaints } = opened;
  let answer = IDLE;
  const ranges: string[] = [];
  await page.route('**/api/update/file', (route) => {
    const range = route.request().headers()['content-range'] ?? '';
    ranges.push(range);
    const [, last = 0, total = 0] = /-(\d+)\/(\d+)/.exec(range)?.map(Number) ?? [];
    if (last + 1 === total) answer = { ...IDLE, state: 'installing', percent: 40, version: '1.3.0' };
    return route.fulfill({ json: { received: last + 1 } });
  });
  await page.route('**/api/update', (route) => route.fulfill({ json: answer }));
  await systemPage(page);
  const file = { name: 'pipit-1.3.0.raucb', mimeType: 'application/octet-stream', buffer: Buffer.alloc(3_000_000) };
  await page.setInputFiles('#update-file', file);
  await page.click('#update-send');
  await page.waitForSelector('#update progress[value="40"]');
  assert.equal(ranges, ['bytes 0-2097151/3000000', 'bytes 2097152-2999999/3000000']);
  assert.match((await page.textContent('#update-state')) ?? '', /1\.3\.0 is being installed/);
  answer = { ...IDLE, state: 'installed', version: '1.3.0' };
  await page.waitForSelector('#update-restart');
  assert.is(await page.$('#update-file'), null);
  assert.equal(complaints, []);
});

test('what went wrong is said in the language of the page', async () => {
  await using opened = await openPage(browser, 'about:blank');
  const { page } = opened;
  const problem = { code: 'update.not-trusted', message: 'x', remedy: 'y' };
  await page.addInitScript(() => localStorage.setItem('language', 'de'));
  await page.route('**/api/update', (route) => route.fulfill({ json: { ...IDLE, state: 'failed', problem } }));
  await systemPage(page);
  assert.match((await page.textContent('#update-problem')) ?? '', /unterschrieben/);
});

test.run();
