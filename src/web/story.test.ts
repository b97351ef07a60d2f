// deadline: 150 s
import { readFileSync, writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { holds, launchBrowser, openPage } from '../testkit/browser.ts';
import { Program } from '../testkit/program.ts';
import { until } from '../testkit/until.ts';

/*
 * What somebody does with a new station who has a keyboard, a browser and now and then an editor: one story, with the
 * real program. Nothing is clicked.
 */

const PASSWORD = 'nightingale sings';
const CONFIG = `# Of the nest box, by hand.
metadata {
  station_name = "Garden" # as the neighbours call it
}

source "mic" {
  type = "file" # until the microphone is here
  path = "birds.wav"
}

mount "/stream" {
  source = "mic"
}
`;
const RATE = 48_000;
/** More than any view has places for the focus. */
const MAX_STEPS = 160;
const PLAYING = `document.querySelector('#state')?.textContent === 'Playing' && document.querySelector('#sound').currentTime > 0.5`;
/** Sound comes, whatever view is open. */
const SOUNDS = `!document.querySelector('#sound').paused && document.querySelector('#sound').readyState >= 3`;
const SOURCE = `document.querySelector('#sound').src`;

const test = suite('a story');
let browser: Browser;
let program: Program;

test.before(async () => {
  browser = await launchBrowser();
  program = await Program.start(CONFIG, { 'birds.wav': birds() });
  // When it starts again, the page looks for it where it was.
  writeFileSync(program.configFile, file().replace('listen_port = 0', `listen_port = ${program.port}`));
});

test.after(async () => {
  await browser.close();
  await program[Symbol.asyncDispose]();
});

/** Loud for a second and a half, then as long quiet, again and again. */
function birds(): Buffer {
  const seconds = 12;
  const wav = Buffer.alloc(44 + seconds * RATE * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(wav.length - 8, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(RATE, 24);
  wav.writeUInt32LE(RATE * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(wav.length - 44, 40);
  for (let index = 0; index < seconds * RATE; index++) {
    const time = index / RATE;
    const gain = time % 3 < 1.5 ? 0.5 : 0.01;
    wav.writeInt16LE(Math.round(32_767 * gain * Math.sin(2 * Math.PI * 1_000 * time)), 44 + index * 2);
  }
  return wav;
}

/** What config.hcl holds. */
function file(): string {
  return readFileSync(program.configFile, 'utf8');
}

const IS_SEEN = `(() => {
  const element = document.activeElement;
  const { width, height } = element.getBoundingClientRect();
  const isRinged = (one) => getComputedStyle(one).outlineStyle !== 'none';
  return element.matches(':focus-visible') && width > 0 && height > 0 && (isRinged(element) || isRinged(element.parentElement));
})()`;

/** Tabs until the focus is there, where a person must be able to see it. */
async function tabTo(page: Page, selector: string): Promise<void> {
  await page.waitForSelector(selector);
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) {
      assert.ok(await page.evaluate(IS_SEEN), `the focus on ${selector} can't be seen`);
      return;
    }
  }
  throw new Error(`a keyboard does not get to ${selector}`);
}

async function press(page: Page, selector: string): Promise<void> {
  await tabTo(page, selector);
  await page.keyboard.press('Enter');
}

/** By the menu; the focus lands on the heading of what has opened. */
async function goTo(page: Page, view: string): Promise<void> {
  await press(page, `nav a[href="#/${view}"]`);
  await holds(page, `document.querySelector('#content').getAttribute('aria-busy') === 'false'`);
  await holds(page, `document.activeElement.tagName === 'H1'`);
}

const SAYS = (selector: string, text: string): string =>
  `document.querySelector('${selector}')?.textContent.replaceAll(/\\s+/g, ' ').includes(${JSON.stringify(text)})`;

test('from the first visit to a broken configuration and back, with a keyboard alone', async () => {
  await using opened = await openPage(browser, program.url('/'), { viewport: { width: 1280, height: 900 } });
  const { page, complaints } = opened;

  // Nobody has been here: a password is set, the rest is left for later.
  await press(page, '#first-visit a');
  await holds(
    page,
    `document.activeElement.tagName === 'H1' && document.activeElement.textContent.includes('Welcome')`,
  );
  await tabTo(page, '#password');
  await page.keyboard.type(PASSWORD);
  await tabTo(page, '#password-again');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press('Enter');
  await page.waitForSelector('#step-microphone');
  await holds(page, `document.activeElement.tagName === 'H1'`);
  await press(page, '.later button');
  await press(page, '#unfinished button');
  await page.waitForSelector('#unfinished', { state: 'detached' });

  // It plays, and the meter follows what is heard.
  await press(page, '#play');
  await holds(page, PLAYING);
  assert.is((await program.status()).listeners, 1);
  const level = `Math.max(...[...document.querySelectorAll('.meter')].map((meter) => parseFloat(meter.style.getPropertyValue('--rms'))))`;
  await holds(page, `${level} > 60`);
  await holds(page, `${level} < 40`);
  await holds(page, `${level} > 60`);
  await holds(page, `${SAYS('#level-text', 'dBFS')}`);

  // Another quality is sent from the station on, not only said.
  await tabTo(page, '#quality');
  await page.keyboard.type('Low');
  await holds(page, SAYS('#heard', '64 kbit/s'));
  assert.match(JSON.stringify((await program.stats()).listeners), /mp3@64/);
  await holds(page, PLAYING);

  // A setting is saved where it stands, with all that is beside it.
  const first = file();
  await goTo(page, 'settings');
  await tabTo(page, '#set-metadata_station_name');
  await page.keyboard.press('Control+A');
  await page.keyboard.type('Pond');
  await page.keyboard.press('Enter');
  await holds(page, SAYS('.save-bar', 'In effect now: Name'));
  await holds(page, SAYS('#station', 'Pond'));
  const second = file();
  assert.is(second, first.replace('"Garden" # as', '"Pond" # as'));

  // What is no configuration is not taken, and the line is named.
  await press(page, '.sections a[href="#/settings/all"]');
  await holds(page, `document.activeElement.tagName === 'H1'`);
  await press(page, '#open-file');
  await tabTo(page, '#file-text');
  await holds(page, `document.querySelector('#file-text').value === ${JSON.stringify(second)}`);
  await page.keyboard.press('Control+End');
  await page.keyboard.type('source "mic" {');
  await press(page, '#file-save');
  await holds(page, `/refused|Line \\d+/.test(document.querySelector('#file-answer').textContent)`);
  assert.is(file(), second);
  await press(page, '#file-answer button');
  await holds(page, `document.activeElement.id === 'file-text'`);
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(second);
  await holds(page, `document.querySelector('#file-save').getAttribute('aria-disabled') === 'true'`);

  // Somebody breaks the file itself and has it read: what was good goes on, and both log and page say what is wrong.
  const broken = second.replace('source "mic" {', 'source "mic"');
  program.reload(broken);
  await until('it is refused', () => /is refused: the running configuration stays/.test(program.output), 20_000);
  assert.ok(await page.evaluate(SOUNDS));
  const { station_name: name, listeners } = await program.status();
  assert.equal([name, listeners], ['Pond', 1]);
  await goTo(page, 'log');
  await holds(page, SAYS('#content', 'the running configuration stays'));
  const line = broken.slice(0, broken.indexOf('source "mic"')).split('\n').length;
  await goTo(page, 'settings');
  await press(page, '.sections a[href="#/settings/all"]');
  await page.waitForSelector('#open-file');
  await holds(page, `/would be refused.*Line ${line}/s.test(document.querySelector('#content').textContent)`);

  // One press brings back what was good.
  await press(page, '#undo');
  await page.waitForSelector('#undo-yes');
  await holds(page, `document.activeElement.id === 'undo-yes'`);
  await page.keyboard.press('Enter');
  await until('it is as it was', () => file() === second, 20_000);
  await holds(page, `!document.querySelector('#content').textContent.includes('would be refused')`);
  assert.is((await program.status()).station_name, 'Pond');

  // Pipit starts again; whoever listens does not have to do anything.
  const before = await page.evaluate(SOURCE);
  const { uptime_seconds: age } = await program.status();
  await press(page, '#pending .restart-now');
  await holds(page, `${SOURCE} !== ${JSON.stringify(before)} && ${SOUNDS}`, 40_000);
  await goTo(page, '');
  await holds(page, PLAYING);
  await holds(page, SAYS('#station', 'Pond'));
  const after = await program.statusWhere('somebody listens', (status) => status.listeners === 1);
  assert.ok(after.uptime_seconds < age, `${after.uptime_seconds} s`);
  await press(page, '#play');
  await program.statusWhere('nobody listens', (status) => status.listeners === 0);
  // The browser notes what was refused, and that nobody answered for a while.
  assert.equal(
    complaints.filter((text) => !/status of 4\d\d|ERR_|WebSocket connection/.test(text)),
    [],
  );
});

test.run();
