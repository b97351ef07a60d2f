// deadline: 240 s
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { holds, launchBrowser, type OpenPage, openPage } from '../testkit/browser.ts';
import { Program } from '../testkit/program.ts';
import type { DetailsAnswer, DevicesAnswer, QuickSyncAnswer } from './quick-sync-answers.ts';

const PASSWORD = 'nightingale';
const STATION = `source "tone" {
  type = "test"
}
mount "/stream" {
  source = "tone"
}
auth {
  password = "${PASSWORD}"
}
`;
const API = '/api/audio/quick-sync';
const NETWORK_WORDS: Readonly<Record<string, string>> = {
  excellent: 'Excellent',
  good: 'Good',
  fair: 'Fair',
  poor: 'Poor',
};
const SYSTEM_WORDS: Readonly<Record<string, string>> = {
  low_load: 'Light load',
  moderate_load: 'Moderate load',
  high_load: 'High load',
};
const TOGGLES = ['prefer-quality', 'adapt-to-system', 'auto-download-quality'] as const;
const PLAYING = `document.querySelector('#state').textContent === 'Playing'`;
const HEARD = `Object.defineProperty(window, 'heard', { get: () => document.querySelector('#sound') })`;

const test = suite('quality page');
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

/** The page with its section in view, as soon as that shows figures. */
async function openSection(options: BrowserContextOptions = {}, url = program.url('/')): Promise<OpenPage> {
  const opened = await openPage(browser, 'about:blank', options);
  await opened.page.addInitScript(HEARD);
  await showSection(opened.page, url);
  return opened;
}

async function showSection(page: Page, url = program.url('/')): Promise<void> {
  await page.goto(url);
  await holds(page, `/^[^…]+$/.test(document.querySelector('#network-word')?.textContent ?? '…')`);
  await page.evaluate(`document.querySelector('#sound-quality').scrollIntoView()`);
}

async function text(page: Page, selector: string): Promise<string> {
  return (await page.textContent(selector)) ?? '';
}

/** What the API says to this page's own device. */
function asked<T>(page: Page, path: string): Promise<T> {
  return page.evaluate(`fetch('${API}/${path}').then((response) => response.json())`);
}

/** Polls the statistics until somebody, and nobody else, listens to a rung that is as wanted. */
async function rungBecomes(what: string, isIt: (rung: string) => boolean): Promise<void> {
  const endMs = performance.now() + 30_000;
  for (;;) {
    const { listeners } = await program.stats();
    if (listeners.length === 1 && isIt(listeners[0]?.rung ?? '')) return;
    if (performance.now() > endMs) throw new Error(`not within 30 s: ${what}: ${JSON.stringify(listeners)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('the section shows the figures of the status, with words and shapes beside the colours', async () => {
  await using opened = await openSection();
  const { page, complaints } = opened;
  const { status } = await asked<QuickSyncAnswer>(page, 'status/');
  assert.is(await text(page, '#network-word'), NETWORK_WORDS[status.network.status]);
  assert.match(await text(page, '#network-figure'), /^≥? ?\d+(\.\d+)? Mbit\/s$/);
  assert.match(await text(page, '#network-more'), /^(Assumed|Measured|Seen while listening)/);
  const { cpu_percent: cpu, memory_percent: memory } = status.system;
  assert.match(await text(page, '#system-more'), cpu === null ? /CPU not known/ : /CPU \d+ %/);
  assert.match(await text(page, '#system-more'), new RegExp(`memory ${Math.round(memory ?? 0)} %`));
  assert.ok(Object.values(SYSTEM_WORDS).includes(await text(page, '#system-word')));
  const { buffer_size: size, rebuffer_threshold: threshold } = status.buffer;
  assert.match(await text(page, '#buffer-more'), new RegExp(`${size} s advised.*from ${threshold} s`));
  assert.is(await text(page, '#buffer-word'), 'not playing');
  assert.match(await text(page, '#heard'), /^Auto · \w+, \d+ kbit\/s$/);
  assert.match(await text(page, '#quality-why'), /The link carries/);

  const shapes = new Set<unknown>();
  for (const state of Object.keys(SYSTEM_WORDS)) {
    shapes.add(
      await page.evaluate(`(() => {
        document.querySelector('#system').dataset.state = '${state}';
        const paths = [...document.querySelectorAll('#system path')];
        return paths.filter((path) => getComputedStyle(path).display !== 'none').map((path) => path.getAttribute('d')).join();
      })()`),
    );
  }
  assert.is(shapes.size, 3, 'each load has a shape of its own');
  assert.equal(complaints, []);
});

test('a mode that is chosen is heard, survives a reload and is what other players are given', async () => {
  await using opened = await openSection();
  const { page, complaints } = opened;
  await page.click('#play');
  await rungBecomes('it plays', (rung) => rung.startsWith('mp3@'));
  await page.selectOption('#quality', 'low');
  await rungBecomes('low is heard', (rung) => rung === 'mp3@64');
  await holds(page, `document.querySelector('#quality-answer').textContent === 'Saved.'`);
  await holds(page, `document.querySelector('#heard').textContent === 'Low, 64 kbit/s'`);
  assert.match(await page.inputValue('#link-mp3'), /\/stream\.mp3\?quality=low$/);
  assert.ok(!((await page.evaluate(`window.heard.src`)) as string).includes('quality='), 'the cookie tells the server');

  await showSection(page);
  await holds(page, `document.querySelector('#quality').value === 'low'`);
  await page.click('#play');
  await rungBecomes('low is heard after a reload', (rung) => rung === 'mp3@64');

  // Another page of the same browser changes its mind for both.
  const other = await page.context().newPage();
  await showSection(other);
  await other.selectOption('#quality', 'ultra');
  await rungBecomes('the first page follows', (rung) => rung === 'mp3@320');
  await holds(page, `document.querySelector('#quality').value === 'ultra'`);
  assert.equal(complaints, []);
});

test('the wishes are kept for the device', async () => {
  await using opened = await openSection();
  const { page, complaints } = opened;
  for (const id of TOGGLES) {
    await page.click(`label:has(#${id})`);
    await holds(page, `document.querySelector('#quality-answer').textContent === 'Saved.'`);
  }
  await holds(page, `document.querySelector('#${TOGGLES[2]}').getAttribute('aria-busy') === null`);
  const { preferences } = await asked<QuickSyncAnswer>(page, 'preferences/');
  assert.equal(preferences, {
    mode: 'auto',
    prefer_quality: false,
    adapt_to_system: false,
    auto_download_quality: false,
  });
  await showSection(page);
  for (const id of TOGGLES) assert.is(await page.isChecked(`#${id}`), false, id);
  assert.equal(complaints, []);
});

test('what could not be kept is said in place: a switch goes back, a mode holds for the page', async () => {
  await using opened = await openSection();
  const { page } = opened;
  const error = 'Too many changes: try again in 3 s.';
  await page.route(`**${API}/preferences/`, (route) =>
    route.request().method() === 'POST' ? route.fulfill({ status: 429, json: { error } }) : route.continue(),
  );
  await page.click('label:has(#prefer-quality)');
  await holds(page, `document.querySelector('#quality-answer').textContent === '${error}'`);
  assert.is(await page.isChecked('#prefer-quality'), true);

  await page.click('#play');
  await rungBecomes('it plays', (rung) => rung.startsWith('mp3@'));
  await page.selectOption('#quality', 'low');
  await rungBecomes('low is heard all the same', (rung) => rung === 'mp3@64');
  await holds(page, `document.querySelector('#quality-answer').textContent.includes('It holds for this page')`);
  await holds(page, `document.querySelector('#heard').textContent === 'Low, 64 kbit/s'`);
});

test('the test of the connection gives a figure in words, and says why there is none', async () => {
  await using opened = await openSection();
  const { page } = opened;
  let release = () => {};
  const isHeld = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(`**${API}/test/**`, async (route) => {
    await isHeld;
    await route.continue();
  });
  await page.click('#link-test');
  assert.is(await page.getAttribute('#link-test', 'aria-disabled'), 'true');
  assert.match(await text(page, '#link-answer'), /^Testing/);
  assert.ok(await page.isVisible('#link-progress'));
  release();
  await holds(
    page,
    `/^\\d[\\d.]* Mbit\\/s: enough for \\w+\\.$/.test(document.querySelector('#link-answer').textContent)`,
  );
  assert.is(await page.getAttribute('#link-test', 'aria-disabled'), 'false');
  await holds(page, `document.querySelector('#network-more').textContent.startsWith('Measured just now')`);
  const { link, client } = await asked<DetailsAnswer>(page, 'details/');
  assert.is(link.source, 'test');
  const knows = (await page.evaluate(`navigator.connection !== undefined`)) as boolean;
  assert.is(client !== null, knows, 'what the browser knows of its connection goes with the test');

  await page.unroute(`**${API}/test/**`);
  const error = 'This client is being tested already. Try again in 5 s.';
  await page.route(`**${API}/test/**`, (route) => route.fulfill({ status: 429, json: { error } }));
  await page.click('#link-test');
  await holds(page, `document.querySelector('#link-answer').textContent === '${error}'`);
});

test('a device has a name, and who knows the password sees the others and deletes them', async () => {
  await using other = await openSection();
  await other.page.selectOption('#quality', 'high');
  await holds(other.page, `document.querySelector('#quality-answer').textContent === 'Saved.'`);

  await using opened = await openSection();
  const { page } = opened;
  await page.click('#device summary');
  await page.fill('#device-name', 'Kitchen tablet');
  await page.press('#device-name', 'Enter');
  await holds(page, `document.querySelector('#device-answer').textContent === 'Saved.'`);
  await showSection(page);
  await page.click('#device summary');
  await holds(page, `document.querySelector('#device-name').value === 'Kitchen tablet'`);

  await page.click('#devices-show');
  await page.waitForSelector('dialog[open]');
  await page.fill('#sign-in-password', PASSWORD);
  await page.press('#sign-in-password', 'Enter');
  await page.waitForSelector('#devices li');
  const before = await page.locator('#devices li').count();
  assert.ok(!(await text(page, '#devices')).includes('Kitchen tablet'), 'it is not among the others');
  await page.locator('#devices li', { hasText: 'High' }).first().getByRole('button').click();
  await holds(page, `document.querySelectorAll('#devices li').length === ${before - 1}`);
  assert.match(await text(page, '#devices-answer'), /is forgotten/);
  const { devices } = await asked<DevicesAnswer>(page, 'devices/');
  assert.is(devices[0]?.name, 'Kitchen tablet');
});

test('a page that nobody sees asks for nothing', async () => {
  await using opened = await openSection();
  const { page } = opened;
  let requests = 0;
  page.on('request', (request) => {
    if (new URL(request.url()).pathname.startsWith(API)) requests += 1;
  });
  await page.waitForRequest((request) => request.url().includes('/details/'), { timeout: 15_000 });
  // A browser without a window never hides a page.
  const setVisibility = (state: string) =>
    page.evaluate(`{
      Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }`);
  await setVisibility('hidden');
  await page.waitForTimeout(500);
  requests = 0;
  await page.waitForTimeout(7_000);
  assert.is(requests, 0);
  await setVisibility('visible');
  await page.waitForRequest((request) => request.url().includes('/details/'), { timeout: 15_000 });
});

test('on a link below the lowest rung it listens by Opus, and says so', async () => {
  await using opened = await openSection();
  const { page } = opened;
  await page.route(`**${API}/details/`, async (route) => {
    const answer = (await (await route.fetch()).json()) as DetailsAnswer;
    const reasons = [{ code: 'below-lowest', sentence: 'The link carries 0.1 Mbit/s.' }];
    await route.fulfill({ json: { ...answer, link: { ...answer.link, source: 'test' }, reasons } });
  });
  await page.click('#play');
  await rungBecomes('it begins as always', (rung) => rung.startsWith('mp3@'));
  await rungBecomes('it changes to Opus', (rung) => rung.startsWith('opus@'));
  await holds(page, `document.querySelector('#heard-why').textContent.includes('you hear Opus')`);
  await holds(page, PLAYING);
  // An answer that is being changed when the page closes would fail.
  await page.unrouteAll({ behavior: 'wait' });
});

test('after a gap the player fills its buffer before it goes on', async () => {
  await using link = await StoppableLink.to(program.port);
  await using opened = await openSection({}, `http://127.0.0.1:${link.port}/`);
  const { page } = opened;
  await page.click('#play');
  await holds(page, `${PLAYING} && window.heard.currentTime > 1`);
  link.hold();
  await holds(page, `document.querySelector('#state').textContent === 'Filling the buffer…' && window.heard.paused`);
  const stoodAt = (await page.evaluate(`window.heard.currentTime`)) as number;
  link.release();
  await holds(page, `${PLAYING} && !window.heard.paused && window.heard.currentTime > ${stoodAt + 1}`);
  assert.ok(((await page.evaluate(`window.heard.src`)) as string).includes('burst='));
});

/** A link that can be stopped: what is sent to a listener waits, everything else goes through. */
class StoppableLink implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;
  readonly #streams = new Set<Socket>();
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, upstreamPort: number) {
    this.#server = server;
    this.port = (server.address() as { port: number }).port;
    server.on('connection', (client) => this.#join(client, upstreamPort));
  }

  static async to(upstreamPort: number): Promise<StoppableLink> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new StoppableLink(server, upstreamPort);
  }

  hold(): void {
    for (const stream of this.#streams) stream.pause();
  }

  release(): void {
    for (const stream of this.#streams) stream.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, upstreamPort: number): void {
    const upstream = connect(upstreamPort, '127.0.0.1');
    for (const [one, two] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => two.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        this.#streams.delete(one);
        two.destroy();
      });
    }
    client.on('data', (bytes) => {
      if (bytes.toString('latin1', 0, 12).startsWith('GET /stream')) this.#streams.add(upstream);
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => client.write(bytes));
  }
}

test.run();
