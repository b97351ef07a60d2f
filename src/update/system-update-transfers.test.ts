import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { until } from '../testkit/until.ts';
import { MAX_BUNDLE_BYTES } from './refusals.ts';
import { oneByOne, refusalOf, UpdateFixture } from './system-update.testing.ts';

const test = suite('SystemUpdate: what comes from outside');

test('a file may come in parts; one that does not follow the last is told where to go on', async () => {
  await using fixture = await UpdateFixture.open();
  const { update } = fixture;
  const part = (text: string, offset: number) =>
    update.receive(oneByOne(Buffer.from(text)), { offset, totalBytes: 12 });
  assert.is(await part('bundle', 0), 6);
  assert.is(update.report.percent, 50);
  assert.is(await part('1.3.0', 7), 6);
  assert.is(await refusalOf(() => update.fetch('http://127.0.0.1:1/')), 'update.busy');
  assert.is(await part(' 1.3.0', 6), 12);
  await update.settled();
  assert.equal(fixture.rauc.installed, ['bundle 1.3.0']);
});

/** Sends what is said, then nothing until it is told how it ends. */
class Stalled {
  readonly #end = Promise.withResolvers<string>();

  async *bytes(first: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(first);
    yield Buffer.from(await this.#end.promise);
  }

  comesBack(rest: string): void {
    this.#end.resolve(rest);
  }

  breaks(): void {
    this.#end.reject(new Error('aborted'));
  }
}

for (const [name, ends] of [
  ['breaks', (old: Stalled) => old.breaks()],
  ['comes back', (old: Stalled) => old.comesBack('9.9.9')],
] as const) {
  test(`whoever sends anew after a stall is not disturbed when the old connection ${name} at last`, async () => {
    await using fixture = await UpdateFixture.open();
    const { update } = fixture;
    const old = new Stalled();
    const first = refusalOf(() => update.receive(old.bytes('bundle '), { offset: 0, totalBytes: 12 }));
    await until('some is there', () => update.report.percent === 58);
    assert.is(await update.receive(oneByOne(Buffer.from('bundle')), { offset: 0, totalBytes: 12 }), 6);
    ends(old);
    assert.is(await first, 'update.busy');
    assert.is(await update.receive(oneByOne(Buffer.from(' 1.3.0')), { offset: 6, totalBytes: 12 }), 12);
    await update.settled();
    assert.equal(fixture.rauc.installed, ['bundle 1.3.0']);
    assert.is(update.report.step, 'installed');
  });

  test(`a part that is sent again after a stall goes on where the file ends, also when the old one ${name}`, async () => {
    await using fixture = await UpdateFixture.open();
    const { update } = fixture;
    const old = new Stalled();
    const first = refusalOf(() => update.receive(old.bytes('bundle '), { offset: 0, totalBytes: 12 }));
    await until('some is there', () => statSync(fixture.folder.file, { throwIfNoEntry: false })?.size === 7);
    assert.is(await update.receive(oneByOne(Buffer.from('1.3.0')), { offset: 7, totalBytes: 12 }), 12);
    await update.settled();
    ends(old);
    assert.is(await first, 'update.busy');
    assert.equal(fixture.rauc.installed, ['bundle 1.3.0']);
    assert.is(update.report.step, 'installed');
  });
}

test('an upload that is begun anew with what is too large leaves the way free for the next one', async () => {
  await using fixture = await UpdateFixture.open();
  await fixture.update.receive(oneByOne(Buffer.from('bundle')), { offset: 0, totalBytes: 12 });
  assert.is(await refusalOf(() => fixture.send(Buffer.from('x'), MAX_BUNDLE_BYTES + 1)), 'update.too-large');
  assert.not.ok(fixture.update.isBusy);
});

test('a file that is longer than was said is refused, and nothing of it stays', async () => {
  await using fixture = await UpdateFixture.open();
  assert.is(await refusalOf(() => fixture.send(Buffer.from('bundle 1.3.0 and more'), 12)), 'update.too-large');
  assert.equal(await readdir(join(fixture.root, 'updates')), []);
  assert.is(fixture.update.report.step, 'failed');
  assert.is(await refusalOf(() => fixture.send(Buffer.from('x'), MAX_BUNDLE_BYTES + 1)), 'update.too-large');
});

test('a download is installed; two at once are refused', async () => {
  await using fixture = await UpdateFixture.open();
  await served(
    (_request, response) => response.end('bundle 1.4.0'),
    async (url) => {
      fixture.update.fetch(url);
      assert.is(await refusalOf(() => fixture.update.fetch(url)), 'update.busy');
      await fixture.update.settled();
    },
  );
  assert.equal(fixture.steps, ['downloading', 'checking', 'installing', 'installed']);
});

test('a download that breaks off, does not answer or is none is a failure that says so', async () => {
  await using fixture = await UpdateFixture.open();
  const tried = async (listener: RequestListener) =>
    await served(listener, async (url) => {
      fixture.update.fetch(url);
      await fixture.update.settled();
      return fixture.problem;
    });
  assert.is(await tried((_request, response) => response.writeHead(404).end()), 'update.no-download');
  const broken: RequestListener = (request, response) => {
    response.writeHead(200, { 'Content-Length': '100' }).write('bundle', () => request.socket.destroy());
  };
  assert.is(await tried(broken), 'update.no-download');
  const large: RequestListener = (_request, response) =>
    void response.writeHead(200, { 'Content-Length': `${MAX_BUNDLE_BYTES + 1}` }).write('x');
  assert.is(await tried(large), 'update.too-large');
  assert.is(await refusalOf(() => fixture.update.fetch('file:///etc/passwd')), 'update.no-download');
  assert.equal(await readdir(join(fixture.root, 'updates')), []);
});

async function served<T>(listener: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/pipit.raucb`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test.run();
