// deadline: 180 s
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page, Request } from 'playwright-core';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import { readTestCard, testCardAgeMs } from '../picture/read-test-card.ts';
import { holds, launchBrowser, openPage } from '../testkit/browser.ts';
import { Program } from '../testkit/program.ts';

const PASSWORD = 'nightingale';
/** Small, and always in the quality that is asked for, on a machine that has other work as well. */
const CARD = `streaming {
  enable_optimizer = false
}
camera "card" {
  type = "test"
  width = 640
  height = 360
  fps = 10
  idle_close_s = 1
}`;
const SOUND = `source "tone" {
  type = "test"
}
mount "/stream" {
  source = "tone"
}`;
const STATION = `${CARD}\n${SOUND}\nauth {\n  password = "${PASSWORD}"\n}\n`;
/** What a picture may be old when it has been read; the machine has other work. */
const FRESH_MS = 1_500;
const CANVAS = `document.querySelector('#picture')`;
const STATE = `document.querySelector('#camera-state')?.textContent`;
const LIVE = `${STATE} === 'Live'`;

const test = suite('camera page');
let browser: Browser;
let program: Program;

test.before(async () => {
  browser = await launchBrowser();
  program = await Program.start(STATION);
});

test.after(async () => {
  await browser.close();
  await program[Symbol.asyncDispose]();
});

/** What a picture of the page says; `element` is an expression for an <img> or a canvas. */
async function read(page: Page, element: string) {
  const seen = (await page.evaluate(`(() => {
    const element = ${element};
    const width = element.naturalWidth ?? element.width;
    const height = Math.min(element.naturalHeight ?? element.height, Math.ceil(width / 8));
    if (width === 0) return undefined;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d');
    context.drawImage(element, 0, 0);
    let text = '';
    for (const byte of context.getImageData(0, 0, width, height).data) text += String.fromCharCode(byte);
    return { width, height, bytes: btoa(text) };
  })()`)) as { width: number; height: number; bytes: string } | undefined;
  const nowMs = nowInMs();
  if (seen === undefined) return undefined;
  const { width, height, bytes } = seen;
  const code = readTestCard({ width, height, data: Buffer.from(bytes, 'base64') });
  if (code === undefined) return undefined;
  const ageMs = testCardAgeMs(code, nowMs * 1000);
  return { frame: code.frame, ageMs, takenMs: nowMs - ageMs };
}

/** CLOCK_MONOTONIC. */
function nowInMs(): number {
  return systemClock.nowUs() / 1000;
}

/** Resolves with what the picture says as soon as that is fresh, and was taken after `ms`, CLOCK_MONOTONIC. */
async function readAfter(page: Page, element: string, ms: number, limitMs = 20_000) {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const code = await read(page, element);
    if (code !== undefined && code.takenMs > ms && code.ageMs < FRESH_MS) return code;
    if (performance.now() > endMs) throw new Error(`${element} stands still: ${JSON.stringify(code)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function assertAdvances(page: Page, element: string): Promise<void> {
  let before = await readAfter(page, element, -1);
  for (let i = 0; i < 2; i += 1) {
    const next = await readAfter(page, element, before.takenMs + 50);
    assert.ok(next.frame > before.frame, `${element}: picture ${next.frame} after ${before.frame}`);
    before = next;
  }
}

/** Requests of a page, and WebSockets, from when it is made. */
function traffic(page: Page) {
  const open = new Set<Request>();
  const cameraRequests: string[] = [];
  const sockets = { opened: 0, closed: 0 };
  let mostOpen = 0;
  page.on('request', (request) => {
    open.add(request);
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/camera')) cameraRequests.push(pathname);
    mostOpen = Math.max(mostOpen, open.size);
  });
  page.on('requestfinished', (request) => open.delete(request));
  page.on('requestfailed', (request) => open.delete(request));
  page.on('websocket', (socket) => {
    if (!new URL(socket.url()).pathname.startsWith('/camera')) return;
    sockets.opened += 1;
    socket.on('close', () => {
      sockets.closed += 1;
    });
  });
  return {
    sockets,
    cameraRequests,
    get openNow() {
      return [...open].map((request) => new URL(request.url()).pathname);
    },
    resetMostOpen() {
      mostOpen = open.size;
    },
    get mostOpen() {
      return mostOpen;
    },
  };
}

function cameraOf(name = 'card', of = program) {
  return of.stats().then(({ cameras }) => cameras.find((camera) => camera.name === name));
}

async function viewersAre(what: string, count: number, name = 'card'): Promise<void> {
  const endMs = performance.now() + 20_000;
  while ((await cameraOf(name))?.client_count !== count) {
    if (performance.now() > endMs) throw new Error(`${what}: ${JSON.stringify(await cameraOf(name))}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function mute(of: Program, change: Readonly<Record<string, boolean>>): Promise<void> {
  const Authorization = `Basic ${Buffer.from(`me:${PASSWORD}`).toString('base64')}`;
  const body = JSON.stringify(change);
  const answer = await fetch(of.url('/api/privacy'), { method: 'PUT', headers: { Authorization }, body });
  assert.is(answer.status, 200, await answer.text());
}

async function workerOf(camera: Program): Promise<number> {
  const workers = await camera.workers();
  const pid = workers.find((worker) => readFileSync(`/proc/${worker}/cmdline`, 'utf8').includes('camera-main'));
  assert.ok(pid !== undefined, `no camera worker among ${workers}`);
  return pid;
}

test('the clock advances in the stream and over the WebSocket, also after the worker was killed', async () => {
  await using opened = await openPage(browser, 'about:blank');
  const { page, complaints } = opened;
  const seen = traffic(page);
  await page.goto(program.url('/'));
  const image = 'window.streamed';
  await page.evaluate(`${image} = Object.assign(new Image(), { src: '/camera.mjpg' })`);
  for (const element of [image, CANVAS]) await assertAdvances(page, element);
  await holds(page, LIVE);
  const viewersBefore = (await cameraOf())?.viewers.map(({ id }) => id).sort();
  assert.is(viewersBefore?.length, 2);
  const restarts = (await program.status()).cameras[0]?.worker_restarts ?? 0;

  const killedMs = nowInMs();
  process.kill(await workerOf(program), 'SIGKILL');
  for (const element of [image, CANVAS]) {
    await readAfter(page, element, killedMs + 200);
    await assertAdvances(page, element);
  }
  await program.statusWhere('it has a new worker', ({ cameras }) => (cameras[0]?.worker_restarts ?? 0) > restarts);
  assert.equal((await cameraOf())?.viewers.map(({ id }) => id).sort(), viewersBefore, 'connections were closed');
  assert.equal(seen.sockets, { opened: 1, closed: 0 });
  assert.equal(seen.cameraRequests, ['/camera.mjpg']);
  assert.equal(complaints, []);
});

test('the section holds none of the connections that a browser grants a host', async () => {
  await viewersAre('the pages before have gone', 0);
  await using opened = await openPage(browser, 'about:blank');
  const { page } = opened;
  const seen = traffic(page);
  await page.goto(program.url('/'));
  await holds(page, LIVE);
  seen.resetMostOpen();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  assert.equal(seen.sockets, { opened: 1, closed: 0 });
  assert.equal(seen.cameraRequests, []);
  assert.ok(seen.mostOpen <= 1, `${seen.mostOpen} requests at a time`);
  assert.equal(
    (await cameraOf())?.viewers.map(({ transport }) => transport),
    ['ws'],
  );
});

test('it watches while it can be seen, and stops when it is paused, out of view or in the background', async () => {
  await using opened = await openPage(browser, program.url('/'));
  const { page, complaints } = opened;
  const isBack = async (how: string) => {
    await viewersAre(how, 1);
    await holds(page, LIVE);
    assert.ok((await readAfter(page, CANVAS, -1)).ageMs < FRESH_MS, how);
  };
  await isBack('it is opened');

  await page.click('#camera-pause');
  await viewersAre('it is paused', 0);
  assert.is(await page.textContent('#camera-state'), 'Paused');
  const paused = await read(page, CANVAS);
  assert.ok(paused !== undefined, 'the picture is kept');
  await page.click('#camera-pause');
  await isBack('it goes on');

  await page.evaluate(`scrollTo(0, document.documentElement.scrollHeight)`);
  await viewersAre('it is out of view', 0);
  await program.statusWhere('the camera is closed', ({ cameras }) => cameras[0]?.state === 'stopped');
  await page.evaluate(`scrollTo(0, 0)`);
  await isBack('it is scrolled back');

  // A browser without a window never hides a page.
  const setVisibility = (state: string) =>
    page.evaluate(`{
      Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }`);
  await setVisibility('hidden');
  await viewersAre('it is in the background', 0);
  await setVisibility('visible');
  await isBack('it is in front again');
  assert.equal(complaints, []);
});

test('the level can be chosen, of those that the station has', async () => {
  await using opened = await openPage(browser, program.url('/'));
  const { page, complaints } = opened;
  await holds(page, LIVE);
  const { quality_levels: levels = [] } = (await program.status()).cameras[0] ?? {};
  const offered = await page.$$eval('#camera-level option', (options) =>
    options.map((option) => option.getAttribute('value') ?? ''),
  );
  assert.equal(offered, ['auto', ...levels.map(String)]);
  for (const level of ['50', '70']) {
    await page.selectOption('#camera-level', level);
    await holds(page, `${CANVAS}.dataset.level === '${level}'`);
    await holds(
      page,
      `document.querySelector('#camera-figures').textContent.startsWith('640 × 360 · quality ${level}')`,
    );
  }
  assert.equal(complaints, []);
});

test('with two cameras one is chosen, and takes its proportions along', async () => {
  await using two = await Program.start(`${CARD}
camera "tall" {
  type = "test"
  width = 480
  height = 640
  fps = 5
}
${SOUND}`);
  await using opened = await openPage(browser, two.url('/'));
  const { page, complaints } = opened;
  await holds(page, LIVE);
  const first = await readAfter(page, CANVAS, -1);
  await page.selectOption('#camera-name', 'tall');
  await holds(page, `${LIVE} && ${CANVAS}.width === 480 && ${CANVAS}.height === 640`);
  await readAfter(page, CANVAS, first.takenMs + 50);
  assert.is((await cameraOf('card', two))?.client_count, 0);
  assert.is((await cameraOf('tall', two))?.client_count, 1);
  assert.match((await page.getAttribute('#picture', 'aria-label')) ?? '', /“tall”/);
  assert.is(await page.getAttribute('#camera-still-link', 'href'), '/camera/tall.jpg');

  // No password is set there.
  assert.equal(complaints, []);
  await page.click('#mute-camera');
  await holds(page, `document.querySelector('#privacy-answer').textContent.includes('auth.password')`);
  assert.is(await page.textContent('#camera-is'), 'on');
  assert.is((await two.status()).privacy.camera, false);
});

test('a muted camera is seen to be muted everywhere, over a restart too, until it is turned on', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'pipit-muted-'));
  const config = `data_dir = "${dataDir}"\n${STATION}`;
  const isMuted = `${STATE} === 'Muted' && ${CANVAS}.dataset.sequence === '0' &&
    document.querySelector('#muted').textContent === 'Camera muted' &&
    document.querySelector('#camera-is').textContent === 'muted'`;
  try {
    {
      await using before = await Program.start(config);
      await using opened = await openPage(browser, before.url('/'));
      await holds(opened.page, LIVE);
      await mute(before, { camera: true });
      await holds(opened.page, isMuted);
      const { cameras, privacy } = await before.status();
      assert.equal([cameras[0]?.muted, cameras[0]?.has_signal, privacy.camera], [true, false, true]);
      await before.statusWhere('the camera is closed', (status) => status.cameras[0]?.state === 'stopped');
      assert.equal(opened.complaints, []);
    }
    await using after = await Program.start(config);
    assert.is((await after.status()).privacy.camera, true);
    await using opened = await openPage(browser, after.url('/'));
    const { page, complaints } = opened;
    await holds(page, isMuted);
    await page.focus('#mute-camera');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open]');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    // The button is far below the picture on a phone, and who does not see the picture does not watch.
    await page.evaluate(`scrollTo(0, 0)`);
    await holds(page, `${LIVE} && document.querySelector('#muted').textContent === ''`);
    await assertAdvances(page, CANVAS);
    assert.is((await after.status()).privacy.camera, false);
    assert.is(await page.evaluate(`document.activeElement.id`), 'mute-camera');
    // The browser notes that it was asked for a password.
    assert.equal(
      complaints.filter((text) => !text.includes('401')),
      [],
    );
  } finally {
    rmSync(dataDir, { recursive: true });
  }
});

/** Stands between browser and station, as proxies do that know nothing of WebSockets. */
async function proxyTo(port: number) {
  const connections = new Set<Socket>();
  const server = createServer((near) => {
    connections.add(near.on('error', () => {}));
    near.once('data', (head: Buffer) => {
      if (/^Upgrade: websocket/im.test(head.toString('latin1'))) {
        near.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const far = connect(port, '127.0.0.1');
      far.on('error', () => near.destroy()).on('close', () => near.destroy());
      near.on('close', () => far.destroy());
      far.write(head);
      near.pipe(far).pipe(near);
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/`,
    cut: () => {
      for (const near of connections) near.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const near of connections) near.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('where no WebSocket gets through, a stream on one request takes its place, and is made anew when it is cut', async () => {
  await viewersAre('the pages before have gone', 0);
  await using proxy = await proxyTo(program.port);
  await using opened = await openPage(browser, 'about:blank');
  const { page, complaints } = opened;
  const seen = traffic(page);
  await page.goto(proxy.url);
  await holds(page, LIVE);
  await assertAdvances(page, CANVAS);
  assert.equal(
    (await cameraOf())?.viewers.map(({ transport }) => transport),
    ['mjpeg'],
  );
  await page.selectOption('#camera-level', '50');
  await holds(page, `${CANVAS}.dataset.level === '50'`);
  await viewersAre('the request before is over', 1);
  assert.ok(seen.openNow.filter((path) => path.startsWith('/camera')).length <= 1, seen.openNow.join());

  const cutMs = nowInMs();
  proxy.cut();
  await readAfter(page, CANVAS, cutMs + 200);
  await holds(page, LIVE);
  await page.click('#camera-pause');
  await viewersAre('it is paused', 0);
  // The browser itself notes what did not come through.
  const refusals = /WebSocket connection to|Failed to load resource/;
  assert.equal(
    complaints.filter((text) => !refusals.test(text)),
    [],
  );
});

test.run();
