// deadline: 60 s
import type { Browser } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { launchBrowser, openPage } from '../testkit/browser.ts';
import { Program } from '../testkit/program.ts';

const SHOWN = '#facts:not(:empty)';

const test = suite('note of a newer version');
let browser: Browser;
let program: Program;

test.before(async () => {
  browser = await launchBrowser();
  program = await Program.start('source "tone" {\n  type = "test"\n}');
});

test.after(async () => {
  await browser.close();
  await program[Symbol.asyncDispose]();
});

test('unless it is switched on, nobody is asked and nothing is said', async () => {
  await using opened = await openPage(browser, program.url('/'));
  const { page, complaints } = opened;
  const answered = page.waitForResponse('**/api/release');
  await page.reload();
  await answered;
  const { enabled } = await page.evaluate(async () => (await fetch('/api/release')).json());
  assert.is(enabled, false);
  await page.waitForSelector(SHOWN);
  assert.is(await page.$('#release'), null);
  assert.equal(complaints, []);
});

test('a newer version is named at the foot of the page, with a link only to what a browser may open', async () => {
  const known = { installed: '1.0.0', enabled: true, latest: '1.1.0', checked_at: null, problem: null };
  const shownFor = async (answer: object) => {
    await using opened = await openPage(browser, 'about:blank');
    const { page } = opened;
    await page.route('**/api/release', (route) => route.fulfill({ json: { ...known, ...answer } }));
    const answered = page.waitForResponse('**/api/release');
    await page.goto(program.url('/'));
    await answered;
    await page.waitForSelector(SHOWN);
    await page.waitForTimeout(300);
    const note = await page.$('#release');
    return [await note?.textContent(), await (await note?.$('a'))?.getAttribute('href')];
  };
  const text = 'Pipit 1.1.0 is out.';
  assert.equal(await shownFor({ newer: true, url: 'https://example.org/new' }), [text, 'https://example.org/new']);
  assert.equal(await shownFor({ newer: true, url: '' }), [text, undefined]);
  assert.equal(await shownFor({ newer: true, url: 'javascript:alert(1)' }), [text, undefined]);
  assert.equal(await shownFor({ newer: false, url: 'https://example.org/new' }), [undefined, undefined]);
});

test.run();
