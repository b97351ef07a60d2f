// deadline: 90 s
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
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
mount "/stream" {
  source = "tone"
}
streaming {
  enabled = false
}
auth {
  password = "${PASSWORD}"
}
`;
const KEPT = `document.querySelectorAll('.clip').length`;

const test = suite('clips in the page');
let browser: Browser;
let program: Program;
let downloads: string;

test.before(async () => {
  browser = await launchBrowser();
  downloads = mkdtempSync(join(tmpdir(), 'pipit-downloads-'));
  program = await Program.start(STATION);
  await program.statusWhere('the source is live', (status) => status.source_connected);
});

test.after(async () => {
  await browser.close();
  await program[Symbol.asyncDispose]();
  rmSync(downloads, { recursive: true });
});

interface Probed {
  readonly streams: readonly { readonly codec_name: string; readonly channels: number }[];
  readonly format: { readonly duration: string };
}

function probed(file: string): Probed {
  const args = ['-v', 'error', '-of', 'json', '-show_streams', '-show_format', file];
  return JSON.parse(execFileSync('ffprobe', args, { encoding: 'utf8' })) as Probed;
}

test('what was heard is kept with one press and the password, played, downloaded as real sound, and deleted', async () => {
  await using opened = await openPage(browser, program.url('/'), { acceptDownloads: true });
  const { page, complaints } = opened;
  await page.waitForSelector('#clip-save');
  assert.is(await page.inputValue('#clip-length'), '60');
  await page.selectOption('#clip-length', '30');
  // There must be a past to keep.
  await program.statusWhere('it has been on the air for a while', ({ uptime_seconds: seconds }) => seconds >= 5);
  await page.click('#clip-save');
  await page.waitForSelector('dialog[open]');
  await page.fill('#sign-in-password', PASSWORD);
  await page.keyboard.press('Enter');
  await holds(page, `${KEPT} === 1`);
  assert.match((await page.textContent('#clips-answer')) ?? '', /^\d+ s are kept\.$/);

  const [download] = await Promise.all([page.waitForEvent('download'), page.click('.clip a')]);
  assert.match(download.suggestedFilename(), /^garden-[\d_-]+\.mp3$/);
  const file = join(downloads, 'clip.mp3');
  await download.saveAs(file);
  const { streams, format } = probed(file);
  assert.is(streams[0]?.codec_name, 'mp3');
  const seconds = Number(format.duration);
  assert.ok(seconds > 2 && seconds <= 31, `${seconds} s`);

  await page.click('#play');
  await holds(page, `document.querySelector('#state').textContent === 'Playing'`);
  await page.click('.clip button');
  await holds(page, `document.querySelector('.clip audio').currentTime > 0.3`);
  await holds(page, `document.querySelector('#state').textContent === 'Stopped'`);
  assert.ok(Math.abs(Number(await page.evaluate(`document.querySelector('.clip audio').duration`)) - seconds) < 0.5);

  const directory = join(program.dir, 'data', 'clips');
  assert.ok(existsSync(directory) && readdirSync(directory).some((name) => name.endsWith('.mp3')));
  await page.click('.clip button:last-child');
  assert.is(await page.evaluate(KEPT), 1, 'it asks first');
  await page.click('.clip button.danger');
  await holds(page, `${KEPT} === 0`);
  assert.equal(
    readdirSync(directory).filter((name) => name.endsWith('.mp3')),
    [],
  );
  assert.equal(
    complaints.filter((text) => !/401/.test(text)),
    [],
  );
});

test('what somebody else keeps is there by itself; of many the newest are shown', async () => {
  await using opened = await openPage(browser, program.url('/'));
  const { page } = opened;
  await page.waitForSelector('#clip-save');
  const headers = { Authorization: `Basic ${btoa(`pipit:${PASSWORD}`)}`, 'Content-Type': 'application/json' };
  for (let count = 1; count <= 4; count++) {
    const body = JSON.stringify({ seconds: count });
    assert.is((await fetch(program.url('/api/clips'), { method: 'POST', headers, body })).status, 200);
  }
  await holds(page, `document.querySelector('#clips button.link')?.textContent.trim() === 'Show all 4'`);
  assert.is(await page.evaluate(KEPT), 3);
  await page.click('#clips button.link');
  assert.is(await page.evaluate(KEPT), 4);
});

test.run();
