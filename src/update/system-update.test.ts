import { statSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import type { PipitError } from '../core/errors.ts';
import { compareVersions } from '../telemetry/release-version.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { until } from '../testkit/until.ts';
import { BundleFolder } from './bundle-folder.ts';
import { FakeRauc } from './fake-rauc.testing.ts';
import { MAX_BUNDLE_BYTES } from './refusals.ts';
import { SystemUpdate } from './system-update.ts';
import { UpdateMarks } from './update-marks.ts';
import type { UpdateReport } from './update-report.ts';

const test = suite('SystemUpdate');

class Fixture implements AsyncDisposable {
  readonly rauc = new FakeRauc();
  readonly log = new RecordingLog();
  readonly told: UpdateReport[] = [];
  readonly events: string[] = [];
  readonly root: string;
  readonly folder: BundleFolder;
  readonly update: SystemUpdate;
  /** The clock's timers do not keep a process alive. */
  readonly #alive = setInterval(() => {}, 1_000);

  private constructor(root: string, isThere: boolean) {
    this.root = root;
    this.folder = new BundleFolder(join(root, 'updates'));
    this.update = new SystemUpdate({
      // A hundred times as fast.
      clock: { nowUs: () => systemClock.nowUs() * 100, after: (ms, fn) => systemClock.after(ms / 100, fn) },
      log: this.log,
      rauc: this.rauc,
      isThere: () => isThere,
      folder: this.folder,
      marks: new UpdateMarks(root),
      version: '1.2.0',
      compareVersions,
      reboot: async () => void this.events.push('reboot'),
      onChange: (report) => this.told.push(report),
      onInstalled: (version) => this.events.push(`installed ${version}`),
      onUndone: (version) => this.events.push(`undone ${version}`),
    });
  }

  static async open({ isThere = true, prepare = async (_: string, __: FakeRauc) => {} } = {}): Promise<Fixture> {
    const fixture = new Fixture(await mkdtemp(join(tmpdir(), 'pipit-update-')), isThere);
    await prepare(fixture.root, fixture.rauc);
    await fixture.update.start();
    return fixture;
  }

  /** The steps that were told, without how far each was. */
  get steps(): readonly string[] {
    return this.told.map(({ step }) => step).filter((step, index, all) => step !== all[index - 1]);
  }

  get problem(): string | undefined {
    return this.update.report.problem?.code;
  }

  /** Sends a whole file as who uploads it. */
  send(bytes: Uint8Array, totalBytes?: number): Promise<number> {
    return this.update.receive(oneByOne(bytes), { offset: 0, totalBytes });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.update[Symbol.asyncDispose]();
    clearInterval(this.#alive);
    await rm(this.root, { recursive: true, force: true });
  }
}

async function* oneByOne(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

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

async function refusalOf(work: () => unknown): Promise<string> {
  try {
    await work();
  } catch (error) {
    return (error as PipitError).code;
  }
  return 'none';
}

test('an uploaded file is checked, installed and taken away; the system then waits for a restart', async () => {
  await using fixture = await Fixture.open();
  const { update, rauc } = fixture;
  assert.is(await fixture.send(Buffer.from('bundle 1.3.0'), 12), 12);
  await update.settled();
  assert.equal(fixture.steps, ['downloading', 'checking', 'installing', 'installed']);
  assert.is(update.report.version, '1.3.0');
  assert.equal(rauc.installed, ['bundle 1.3.0']);
  assert.equal(await readdir(join(fixture.root, 'updates')), []);
  assert.equal(fixture.events, []);
});

test('a file may come in parts; one that does not follow the last is told where to go on', async () => {
  await using fixture = await Fixture.open();
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
    await using fixture = await Fixture.open();
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
    await using fixture = await Fixture.open();
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
  await using fixture = await Fixture.open();
  await fixture.update.receive(oneByOne(Buffer.from('bundle')), { offset: 0, totalBytes: 12 });
  assert.is(await refusalOf(() => fixture.send(Buffer.from('x'), MAX_BUNDLE_BYTES + 1)), 'update.too-large');
  assert.not.ok(fixture.update.isBusy);
});

test('a file that is longer than was said is refused, and nothing of it stays', async () => {
  await using fixture = await Fixture.open();
  assert.is(await refusalOf(() => fixture.send(Buffer.from('bundle 1.3.0 and more'), 12)), 'update.too-large');
  assert.equal(await readdir(join(fixture.root, 'updates')), []);
  assert.is(fixture.update.report.step, 'failed');
  assert.is(await refusalOf(() => fixture.send(Buffer.from('x'), MAX_BUNDLE_BYTES + 1)), 'update.too-large');
});

for (const [name, content, code] of [
  ['without a signature', 'unsigned 1.3.0', 'update.not-trusted'],
  ['that is damaged', 'damaged 1.3.0', 'update.damaged'],
  ['for another machine', 'bundle 1.3.0 pipit-other', 'update.not-for-this'],
  ['that is older', 'bundle 1.1.9', 'update.older'],
  ['that breaks while it is written', 'bundle 1.3.0 pipit-arm64 breaks', 'update.damaged'],
] as const) {
  test(`an update ${name} is refused with a sentence, and the next one may come`, async () => {
    await using fixture = await Fixture.open();
    await fixture.send(Buffer.from(content));
    await fixture.update.settled();
    assert.is(fixture.problem, code);
    assert.match(fixture.update.report.problem?.remedy ?? '', /\w/);
    await fixture.send(Buffer.from('bundle 1.3.0'));
    await fixture.update.settled();
    assert.is(fixture.update.report.step, 'installed');
  });
}

test('an installation whose RAUC has died is a failure, and not taken for one that is done', async () => {
  await using fixture = await Fixture.open();
  await fixture.send(Buffer.from('bundle 1.3.0 pipit-arm64 dies'));
  await fixture.update.settled();
  assert.is(fixture.update.report.step, 'failed');
  assert.is(fixture.problem, 'update.failed');
  assert.not.match(JSON.stringify(fixture.log.lines), 'is installed');
});

test('RAUC may not answer for a while as it installs, but not for ever', async () => {
  await using fixture = await Fixture.open();
  fixture.rauc.unanswered = 9;
  await fixture.send(Buffer.from('bundle 1.3.0'));
  await fixture.update.settled();
  assert.is(fixture.update.report.step, 'installed');
  fixture.rauc.unanswered = 10;
  await fixture.send(Buffer.from('bundle 1.4.0'));
  await fixture.update.settled();
  assert.is(fixture.problem, 'update.failed');
});

test('an older one is taken from who asks for that', async () => {
  await using fixture = await Fixture.open();
  const file = join(fixture.root, 'old.raucb');
  await writeFile(file, 'bundle 1.1.9');
  fixture.update.install(file, { allowOlder: true, restart: true });
  await fixture.update.settled();
  assert.is(fixture.update.report.step, 'installed');
  assert.equal(fixture.events, ['reboot']);
  assert.ok((await readdir(fixture.root)).includes('old.raucb'));
});

test('a download is installed; two at once are refused', async () => {
  await using fixture = await Fixture.open();
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
  await using fixture = await Fixture.open();
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

test('where there is no RAUC, there are no such updates', async () => {
  await using fixture = await Fixture.open({ isThere: false });
  assert.not.ok(fixture.update.isAvailable);
  assert.is(await refusalOf(() => fixture.update.fetch('http://127.0.0.1:1/')), 'update.none-here');
  assert.is(await refusalOf(() => fixture.send(Buffer.from('x'))), 'update.none-here');
});

test('a station that starts while RAUC installs follows it to the end', async () => {
  await using fixture = await Fixture.open({
    prepare: async (_root, rauc) => rauc.begin('1.5.0'),
  });
  assert.is(fixture.update.report.step, 'installing');
  await fixture.update.settled();
  assert.is(fixture.update.report.step, 'installed');
});

test('an update that was undone is told of, with the reason', async () => {
  await using fixture = await Fixture.open({
    prepare: async (root, rauc) => {
      rauc.other = { ...rauc.other, isBootable: false, version: '1.3.0' };
      for (const mark of ['fresh-B', 'installed-B']) await writeFile(join(root, mark), '');
      await writeFile(join(root, 'undone-B'), 'The station does not answer\n');
    },
  });
  assert.is(fixture.update.report.step, 'undone');
  assert.match(fixture.update.report.problem?.message ?? '', /1\.3\.0 was undone: The station does not answer/);
  assert.equal(fixture.events, ['undone 1.3.0']);
});

test('one that broke off while it was written is none that was undone', async () => {
  await using fixture = await Fixture.open({
    prepare: async (root, rauc) => {
      rauc.other = { ...rauc.other, isBootable: false };
      await writeFile(join(root, 'fresh-B'), '');
    },
  });
  assert.is(fixture.update.report.step, 'idle');
});

test('a new system is confirming until it has proven itself', async () => {
  await using fixture = await Fixture.open({
    prepare: async (root) => await writeFile(join(root, 'fresh-A'), ''),
  });
  assert.is(fixture.update.report.step, 'confirming');
  await new UpdateMarks(fixture.root).confirm('A');
  await until('it is noticed', () => fixture.update.report.step === 'idle');
  assert.equal(fixture.events, ['installed 1.2.0']);
});

test.run();
