import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, DeviceError, PipitError } from '../core/errors.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { Backup, type BackupPart } from './backup.ts';

const test = suite('backup');

/** A part that keeps a number, and fails when it is told to. */
class NumberPart implements BackupPart {
  readonly name: string;
  held: number;
  fails = false;
  hold: Promise<void> = Promise.resolve();
  readonly checked: boolean[] = [];

  constructor(name: string, held: number) {
    this.name = name;
    this.held = held;
  }

  async read(): Promise<unknown> {
    return this.held;
  }

  async check(content: unknown, isOwn: boolean): Promise<void> {
    this.checked.push(isOwn);
    if (typeof content !== 'number') throw new ConfigError('test.bad', `${this.name} is bad`, { remedy: 'No.' });
  }

  async write(content: unknown): Promise<void> {
    await this.hold;
    if (this.fails) throw new DeviceError('test.full', 'The disk is full', { remedy: 'Delete something.' });
    this.held = content as number;
  }
}

function station() {
  const [config, access] = [new NumberPart('config', 1), new NumberPart('access', 2)];
  const log = new RecordingLog();
  let keptText: string | undefined;
  const kept = {
    read: async () => keptText,
    write: async (text: string) => {
      keptText = text;
    },
  };
  const wallTime = () => new Date('2030-01-02T03:04:05Z');
  const backup = new Backup({ log, parts: [config, access], kept, version: '1.2.3', wallTime });
  return { backup, config, access, log };
}

async function refusal(promise: Promise<unknown>): Promise<PipitError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PipitError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

/** A file with other content. */
function altered(packed: Uint8Array, change: (content: Record<string, unknown>) => void): Uint8Array {
  const content = JSON.parse(gunzipSync(packed).toString()) as Record<string, unknown>;
  change(content);
  return gzipSync(JSON.stringify(content));
}

test('what was saved comes back, and what was before can be had again', async () => {
  const { backup, config, access } = station();
  const saved = await backup.make();
  config.held = 10;
  access.held = 20;
  assert.equal(await backup.restore(saved), {
    restored: ['config', 'access'],
    created_at: '2030-01-02T03:04:05.000Z',
    version: '1.2.3',
  });
  assert.equal([config.held, access.held], [1, 2]);
  await backup.undo();
  assert.equal([config.held, access.held], [10, 20]);
  await backup.undo();
  assert.equal([config.held, access.held], [1, 2]);
  assert.equal(config.checked, [false, true, true]);
});

test('a file that lacks a part leaves that as it is', async () => {
  const { backup, config, access } = station();
  const saved = altered(await backup.make(), (content) => {
    content['parts'] = { access: 5 };
  });
  await backup.restore(saved);
  assert.equal([config.held, access.held], [1, 5]);
});

test('one part that is not good keeps all from being written', async () => {
  const { backup, config } = station();
  const saved = altered(await backup.make(), (content) => {
    content['parts'] = { config: 7, access: 'x' };
  });
  assert.is((await refusal(backup.restore(saved))).message, 'access is bad');
  assert.is(config.held, 1);
  assert.is((await refusal(backup.undo())).code, 'backup.none');
});

test('one part that can not be written has the others put back', async () => {
  const { backup, config, access } = station();
  const saved = altered(await backup.make(), (content) => {
    content['parts'] = { config: 7, access: 8 };
  });
  access.fails = true;
  assert.is((await refusal(backup.restore(saved))).code, 'test.full');
  assert.equal([config.held, access.held], [1, 2]);
});

test('foreign, newer and large files are refused with a sentence', async () => {
  const { backup, config } = station();
  const saved = await backup.make();
  const why = async (bytes: Uint8Array) => (await refusal(backup.restore(bytes))).message;
  assert.match(await why(Buffer.from('PK\x03\x04')), /it is no backup of Pipit$/);
  assert.match(await why(new Uint8Array()), /it is no backup of Pipit$/);
  assert.match(await why(gzipSync('hello')), /it is no backup of Pipit$/);
  assert.match(await why(gzipSync('{"format":"other"}')), /it is no backup of Pipit$/);
  assert.match(await why(gzipSync('null')), /it is no backup of Pipit$/);
  assert.match(await why(gzipSync(Buffer.alloc(20 * 1024 * 1024))), /it is too large$/);
  assert.match(await why(saved.slice(0, -9)), /it is damaged$/);
  const newer = altered(saved, (content) => Object.assign(content, { format_version: 2, version: '9.0.0' }));
  assert.match(await why(newer), /it comes from a newer Pipit \(9\.0\.0\): bring this one up to date first$/);
  const more = altered(saved, (content) => Object.assign(content['parts'] as object, { wifi: {} }));
  assert.match(await why(more), /it holds "wifi", which this Pipit does not know$/);
  assert.match(await why(altered(saved, (content) => Object.assign(content, { parts: {} }))), /it is empty$/);
  assert.is(config.held, 1);
});

test('a file with a few bytes changed changes nothing, or is taken as it was', async () => {
  const { backup, config, access } = station();
  const saved = await backup.make();
  await fc.assert(
    fc.asyncProperty(fc.nat(saved.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const bytes = Uint8Array.from(saved);
      bytes[at] = (bytes[at] ?? 0) ^ change;
      [config.held, access.held] = [10, 20];
      const outcome = await backup.restore(bytes).then(
        () => [1, 2],
        () => [10, 20],
      );
      assert.equal([config.held, access.held], outcome);
    }),
  );
});

test('two are not restored at once', async () => {
  const { backup, config } = station();
  const saved = await backup.make();
  const { promise, resolve } = Promise.withResolvers<void>();
  config.hold = promise;
  // Each is unpacked first: either may come to the door before the other.
  const outcomes = [1, 2].map(() =>
    backup.restore(saved).then(
      () => 'restored',
      ({ code }: ConfigError) => code,
    ),
  );
  assert.is(await Promise.race(outcomes), 'backup.busy');
  resolve();
  assert.equal((await Promise.all(outcomes)).toSorted(), ['backup.busy', 'restored']);
});

test.run();
