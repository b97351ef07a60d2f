// deadline: 180 s
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { Program } from '../testkit/program.ts';
import type { StationStats } from './answers.ts';

const BROWSER_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const TONE = `source "tone" {
  type = "test"
  frequency_hz = 440
  level_db = -20
}
mount "/stream" {
  source = "tone"
  fallback = []
}`;

/** What is heard: the page's own element, unless the test puts another in its place. */
const HEARD = `{
  let other;
  Object.defineProperty(window, 'heard', {
    get: () => other ?? document.querySelector('#sound'),
    set: (element) => { other = element; },
  });
}`;

interface Played {
  /** Seconds that the element's clock has moved, and the real time that took. */
  readonly advancedSeconds: number;
  readonly elapsedSeconds: number;
  /** RMS of what was heard, dBFS. */
  readonly levelDb: number;
  readonly error: string;
}

const test = suite('player');
let browser: Browser;

test.before(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: BROWSER_ARGS });
});

test.after(async () => {
  await browser.close();
});

/** A page of the program, and whatever it complained of. */
async function open(program: Program, path = '/') {
  const context: BrowserContext = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page: Page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.addInitScript(HEARD);
  await page.goto(program.url(path));
  return {
    page,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
    },
  };
}

/** Follows the element `window.heard` until its clock has moved by 2.5 s, and listens to it with an analyser. */
function followed(page: Page): Promise<Played> {
  return page.evaluate(`(async () => {
    const audio = window.heard;
    const context = new AudioContext();
    await context.resume();
    const analyser = context.createAnalyser();
    const source = context.createMediaElementSource(audio);
    source.connect(analyser);
    analyser.connect(context.destination);
    const samples = new Float32Array(analyser.fftSize);
    const endMs = performance.now() + 25000;
    const wait = () => new Promise((done) => setTimeout(done, 50));
    while (audio.currentTime === 0 && !audio.error && performance.now() < endMs) await wait();
    const fromSeconds = audio.currentTime;
    const fromMs = performance.now();
    let loudest = 0;
    while (audio.currentTime < fromSeconds + 2.5 && !audio.error && performance.now() < endMs) {
      await wait();
      analyser.getFloatTimeDomainData(samples);
      loudest = Math.max(loudest, samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    }
    return {
      advancedSeconds: audio.currentTime - fromSeconds,
      elapsedSeconds: (performance.now() - fromMs) / 1000,
      levelDb: 10 * Math.log10(Math.max(loudest, 1e-12)),
      error: audio.error?.message ?? '',
    };
  })()`);
}

function assertHeard(played: Played, what: string): void {
  const seen = `${what}: ${JSON.stringify(played)}`;
  assert.is(played.error, '', seen);
  assert.ok(played.advancedSeconds > 2, seen);
  // Real time, not a buffer that is rushed through.
  assert.ok(played.elapsedSeconds > 1.5, seen);
  assert.ok(played.levelDb > -26 && played.levelDb < -14, seen);
}

/**
 * Resolves once the expression is true in the page. Scripts go to the page as text, for there are no types of a
 * browser here; from outside, since the page's policy forbids it to evaluate any itself.
 */
async function holds(page: Page, expression: string, limitMs = 30_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await page.evaluate(expression))) {
    if (performance.now() > endMs) {
      throw new Error(`not within ${limitMs / 1000} s: ${expression}; the page: ${await textOf(page, 'main')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Polls the statistics until they are as wanted. */
async function statsWhere(program: Program, what: string, areThey: (stats: StationStats) => boolean): Promise<void> {
  const endMs = performance.now() + 20_000;
  for (;;) {
    const stats = await program.stats();
    if (areThey(stats)) return;
    if (performance.now() > endMs) throw new Error(`not within 20 s: ${what}: ${JSON.stringify(stats.listeners)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function textOf(page: Page, selector: string): Promise<string> {
  return (await page.textContent(selector)) ?? '';
}

test('a click plays the station, the page says what it is, a second click closes the connection', async () => {
  await using program = await Program.start(`metadata {
  station_name = "Garden"
}
${TONE}`);
  await program.statusWhere('the source is live', (status) => status.source_connected);
  await using opened = await open(program);
  const { page, complaints } = opened;
  await holds(page, `document.querySelector('#air')?.dataset.air === 'live'`);
  assert.is(await textOf(page, '#station'), 'Garden');
  assert.match(await textOf(page, '#title'), /Garden|tone/i);
  assert.is((await program.status()).listeners, 0, 'nothing is loaded before it is asked for');

  await page.click('#play');
  assertHeard(await followed(page), 'the page');
  assert.is(await textOf(page, '#state'), 'Playing');
  assert.is(await page.getAttribute('#play', 'aria-label'), 'Stop');
  const level = Number(await page.getAttribute('[role=meter]', 'aria-valuenow'));
  assert.ok(level > -30 && level < -10, `level ${level}`);
  await holds(page, `document.querySelector('#facts').textContent.startsWith('1 listener ')`);

  await page.click('#play');
  await program.statusWhere('nobody listens', (status) => status.listeners === 0);
  assert.is(await textOf(page, '#state'), 'Stopped');
  assert.is(await page.evaluate(`window.heard.hasAttribute('src')`), false);
  assert.equal(complaints, []);
});

test('it plays again after a stop and in every quality', async () => {
  await using program = await Program.start(TONE);
  await program.statusWhere('the source is live', (status) => status.source_connected);
  await using opened = await open(program);
  const { page, complaints } = opened;
  const playing = `document.querySelector('#state').textContent === 'Playing' && window.heard.currentTime > 0.5`;
  await page.click('#play');
  await holds(page, playing);
  await page.click('#play');
  await page.click('#play');
  await holds(page, playing);
  for (const [quality, rung] of [
    ['low', 'mp3@64'],
    ['ultra', 'mp3@320'],
    ['lossless', 'flac@lossless'],
  ] as const) {
    await page.selectOption('#quality', quality);
    // The server is told first; then the page connects anew.
    await statsWhere(program, quality, ({ listeners }) => listeners.some((listener) => listener.rung === rung));
    await holds(page, playing);
  }
  assert.match(await page.inputValue('#link-flac'), /\/stream\.flac$/);
  assert.equal(complaints, []);
});

test('each codec plays in the browser', async () => {
  await using program = await Program.start(TONE);
  await program.statusWhere('the source is live', (status) => status.source_connected);
  for (const extension of ['mp3', 'aac', 'opus', 'flac']) {
    await using opened = await open(program);
    const { page } = opened;
    await page.waitForSelector('#play');
    // A real click, as browsers ask for before they make a sound.
    await page.evaluate(`{
      const button = document.querySelector('#play');
      button.replaceWith(button.cloneNode(true));
      document.querySelector('#play').addEventListener('click', () => {
        window.heard = new Audio('/stream.${extension}');
        window.heard.play();
      });
    }`);
    await page.click('#play');
    assertHeard(await followed(page), extension);
  }
});

test('a page that is turned away says why, and plays as soon as there is a place', async () => {
  await using program = await Program.start(`${TONE}
advanced {
  max_listeners = 1
}`);
  await program.statusWhere('the source is live', (status) => status.source_connected);
  const other = new AbortController();
  const response = await fetch(program.url('/stream'), { signal: other.signal });
  assert.is(response.status, 200);
  await using opened = await open(program);
  const { page } = opened;
  await page.click('#play');
  await holds(page, `document.querySelector('#state').textContent.startsWith('All places are taken')`);
  other.abort();
  await holds(page, `document.querySelector('#state').textContent === 'Playing'`);
});

test('a page says when something else is heard, why, and what to do; and when the station is gone', async () => {
  await using program = await Program.start(`source "mic" {
  type = "exec"
  command = ["pipit-no-such-program"]
}
mount "/stream" {
  source = "mic"
  fallback = ["demo"]
}`);
  await program.statusWhere('the fallback is heard', (status) => status.source_status === 'fallback');
  await using opened = await open(program);
  const { page } = opened;
  await page.waitForSelector('#notice:not([hidden])');
  assert.match(await textOf(page, '#notice-what'), /built-in recording.*“mic”/);
  assert.match(await textOf(page, '#notice-why'), /pipit-no-such-program/);
  assert.ok((await textOf(page, '#notice-remedy')).length > 10);
  assert.is(await textOf(page, '#air'), 'Fallback');
  await page.click('#play');
  await holds(page, `window.heard.currentTime > 0.5`);

  await program.stop();
  await holds(page, `document.querySelector('#air').textContent === 'Connection lost'`);
  await holds(page, `document.querySelector('#state').textContent.includes('Trying again')`);
});

test.run();
