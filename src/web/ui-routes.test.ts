import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { getRequestListener } from '@hono/node-server';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { UiFiles } from './ui-files.ts';
import { uiRoutes } from './ui-routes.ts';

const test = suite('page files');

const server = createServer(getRequestListener(uiRoutes().fetch));
let port = 0;

test.before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});

test.after(() => {
  server.closeAllConnections();
  server.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** As it comes over the wire: nothing is decompressed, no path is tidied up. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    asked.on('error', reject).end();
  });
}

const GZIP = { 'Accept-Encoding': 'gzip, deflate' };

/** Paths that the page's head names. */
async function namedPaths(): Promise<string[]> {
  const html = (await ask('/')).body.toString();
  return [...html.matchAll(/(?:src|href)="(\/ui\/[^"]*)"/g)].map(([, path = '']) => path);
}

test('the page has nothing inline and names files of this station alone, all of one version', async () => {
  const html = (await ask('/')).body.toString();
  const paths = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path = '']) => path);
  assert.ok(paths.length > 30);
  for (const path of paths) assert.match(path, /^\/(?:ui\/[0-9a-f]{12}\/[\w./-]+|stream\.m3u)$/);
  assert.not.match(html, /<style|\sstyle=|\son[a-z]+=|<script(?![^>]*src=)/);
});

test('what the page names is there, and is kept by browsers; the page itself is asked for again', async () => {
  for (const path of await namedPaths()) {
    const { status, headers } = await ask(path, GZIP);
    assert.is(status, 200, path);
    assert.match(headers['cache-control'] as string, /immutable/);
  }
  assert.is((await ask('/')).headers['cache-control'], 'no-cache');
  assert.is((await ask('/ui/app.js')).headers['cache-control'], 'no-cache', 'without a version');
});

test('files of another version are not there: nothing of before is mixed with what is now', async () => {
  assert.is((await ask('/ui/0123456789ab/app.js')).status, 404);
});

test('a file comes compressed to who takes it, and as it is to who does not', async () => {
  const plain = await ask('/ui/app.js');
  const zipped = await ask('/ui/app.js', GZIP);
  assert.is(plain.headers['content-encoding'], undefined);
  assert.is(zipped.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(zipped.body), plain.body);
  assert.is(zipped.headers['content-length'], String(zipped.body.length));
  assert.match(zipped.headers['vary'] as string, /Accept-Encoding/);
  assert.is((await ask('/ui/app.js', { 'Accept-Encoding': 'gzip;q=0, br' })).headers['content-encoding'], undefined);
});

test('what a browser has still is not sent again', async () => {
  const { headers } = await ask('/');
  const again = await ask('/', { 'If-None-Match': `W/"other", ${headers['etag']}` });
  assert.equal([again.status, again.body.length], [304, 0]);
  assert.is(again.headers['etag'], headers['etag']);
  assert.is((await ask('/', { 'If-None-Match': 'W/"other"' })).status, 200);
});

test('HEAD is answered with the size and nothing else', async () => {
  const get = await ask('/ui/style.css', GZIP);
  const head = await ask('/ui/style.css', GZIP, 'HEAD');
  assert.is(head.status, 200);
  assert.is(head.headers['content-length'], get.headers['content-length']);
  assert.is(head.body.length, 0);
});

test('packages are served with imports that a browser can follow', async () => {
  for (const name of ['preact.js', 'hooks.js', 'htm.js', 'lean-qr.js', 'uplot.js']) {
    const { status, body } = await ask(`/ui/vendor/${name}`);
    assert.is(status, 200, name);
    const text = body.toString();
    assert.not.match(text, /sourceMappingURL/, name);
    for (const [, target = ''] of text.matchAll(/\bfrom\s*["']([^"']+)["']/g)) assert.match(target, /^\.\//, name);
  }
  assert.match((await ask('/ui/vendor/uplot.js')).body.toString(), /export default uPlot/);
  assert.match((await ask('/ui/vendor/uplot.css')).headers['content-type'] as string, /^text\/css/);
});

test('no path leads out of the list', async () => {
  for (const path of [
    '/ui/',
    '/ui/index.html',
    '/ui/../app.ts',
    '/ui/%2e%2e/app.ts',
    '/ui/..%2fapp.ts',
    '/ui/vendor/../../../package.json',
    '/ui/vendor/%2e%2e/%2e%2e/%2e%2e/package.json',
    '/ui/now',
    '/ui/app.js%00',
    '/ui//app.js',
    '/ui/constructor',
  ]) {
    assert.is((await ask(path)).status, 404, path);
  }
});

test('another byte anywhere is another version', () => {
  const versionOf = (text: string) => new UiFiles(new Map([['app.js', Buffer.from(text)]])).version;
  assert.is(versionOf('one'), versionOf('one'));
  assert.is.not(versionOf('one'), versionOf('two'));
});

test.run();
