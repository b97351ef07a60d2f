// deadline: 120 s
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InvalidConfig } from '../config/diagnostic.ts';
import type { Environment } from '../config/environment.ts';
import { loadSettings } from '../config/load-settings.ts';
import type { Settings } from '../config/settings.ts';
import { PipitError } from '../core/errors.ts';
import { RefusedSettings } from '../core/refused-settings.ts';
import type { SettingChanges } from '../core/station-control.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { until } from '../testkit/until.ts';
import { CHANGER } from './configuration.testing.ts';
import { Configuration } from './configuration.ts';

const test = suite('configuration');

const TEXT = `# My nest box.
source "mic" {
  type    = "test" # a tone
  gain_db = 0      # for now
}

auth {
  password = "s3cret-of-the-test"
}
`;

/** A configuration in a directory of its own. */
class Box implements AsyncDisposable {
  readonly dir = mkdtempSync(join(tmpdir(), 'pipit-configuration-'));
  readonly file = join(this.dir, 'config.hcl');
  readonly clock = new FakeClock();
  readonly log = new RecordingLog();
  readonly applied: { settings: Settings; names: readonly string[] }[] = [];
  readonly configuration: Configuration;

  constructor(text: string | null = TEXT, env: Environment = {}, file = this.file) {
    if (text !== null) writeFileSync(file, text);
    const origin = { file, env, profileDefault: 'home-server' as const, ...(text === null ? { text: '' } : {}) };
    const apply = (settings: Settings, names: readonly string[]) => void this.applied.push({ settings, names });
    this.configuration = new Configuration({ clock: this.clock, log: this.log, apply }, origin, loadSettings(origin));
  }

  get text(): string {
    return readFileSync(this.file, 'utf8');
  }

  get previous(): string {
    return readFileSync(`${this.file}.previous`, 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.configuration[Symbol.asyncDispose]();
    rmSync(this.dir, { recursive: true, force: true });
  }
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

test('a change is in the file and in effect, and what needs a restart is named', async () => {
  await using box = new Box();
  const outcome = await box.configuration.change({ 'source.mic.gain_db': -6, 'encoder.channels': 1 });
  assert.equal(outcome, { live: ['source.mic.gain_db'], restart: ['encoder.channels'] });
  assert.is(box.text, `${TEXT.replace('0      #', '-6     #')}\nencoder {\n  channels = 1\n}\n`);
  assert.is(box.previous, TEXT);
  assert.is(box.applied.at(-1)?.settings.sources[0]?.treatment.gainDb, -6);
  assert.is(box.applied.at(-1)?.settings.encoder.channels, 2);
  assert.equal(box.configuration.pendingRestart, ['encoder.channels']);
  await box.configuration.change({ 'encoder.channels': null });
  assert.equal(box.configuration.pendingRestart, []);
});

test('what was before comes back with one call, and goes again with another', async () => {
  await using box = new Box();
  await box.configuration.change({ 'metadata.station_name': 'Nest' });
  const changed = box.text;
  assert.equal(await box.configuration.checkUndo(), { live: ['metadata.station_name'], restart: [] });
  assert.is(box.text, changed, 'it was only asked');
  assert.equal(await box.configuration.undo(), { live: ['metadata.station_name'], restart: [] });
  assert.is(box.text, TEXT);
  assert.is(box.applied.at(-1)?.settings.metadata.stationName, 'Pipit');
  await box.configuration.undo();
  assert.is(box.text, changed);
});

test('there is nothing to go back to before the first change, and nothing invalid is gone back to', async () => {
  await using box = new Box();
  assert.is((await refusal(box.configuration.checkUndo())).code, 'config.no-previous');
  assert.is((await refusal(box.configuration.undo())).code, 'config.no-previous');
  writeFileSync(`${box.file}.previous`, 'server {\n  listen_prot = 1\n}\n');
  const error = await refusal(box.configuration.undo());
  assert.is(error.code, 'config.refused');
  assert.is(box.text, TEXT);
});

test('a file that somebody has broken becomes what it was when it was valid last, not what was before that', async () => {
  await using box = new Box();
  await box.configuration.change({ 'metadata.station_name': 'Nest' });
  const valid = box.text;
  const broken = valid.replace('source "mic" {', 'source "mic"');
  writeFileSync(box.file, broken);
  await box.configuration.reload();
  assert.is(box.configuration.settings.metadata.stationName, 'Nest');
  assert.ok((await box.configuration.sight()).hasPrevious);
  assert.equal(await box.configuration.checkUndo(), { live: [], restart: [] });
  assert.equal(await box.configuration.undo(), { live: [], restart: [] });
  assert.equal([box.text, box.previous], [valid, broken], 'what somebody was at is not lost');

  // Before Pipit has ever written it, too.
  await using other = new Box();
  writeFileSync(other.file, broken);
  assert.ok((await other.configuration.sight()).hasPrevious);
  await other.configuration.undo();
  assert.is(other.text, TEXT);
});

test('what would not be valid is refused by name, and nothing changes', async () => {
  await using box = new Box();
  const changes = { 'buffer.size_mb': 5000, 'metadata.station_nam': 'x', 'metadata.station_name': 'Nest' };
  const error = await refusal(box.configuration.change(changes));
  assert.instance(error, RefusedSettings);
  assert.is(error.code, 'config.refused');
  const flaws = (error as RefusedSettings).flaws.map(({ name, what, remedy }) => [name, what, remedy]);
  assert.equal(flaws, [
    ['buffer.size_mb', 'buffer.size_mb is 5000', 'set size_mb = 1000'],
    ['metadata.station_nam', 'station_nam is no key in metadata', 'did you mean station_name?'],
  ]);
  assert.is(error.message, 'buffer.size_mb is 5000: it must be a number from 1 to 1000 MiB (and 1 more)');
  assert.is(error.remedy, 'Set size_mb = 1000.');
  assert.is(box.text, TEXT);
  assert.not.ok(existsSync(`${box.file}.previous`));
  assert.equal(box.applied, []);
});

test('what an editor has written meanwhile is kept and comes into effect', async () => {
  await using box = new Box();
  writeFileSync(box.file, `${TEXT}\n# by hand\nmetadata {\n  station_genre = "birds"\n}\n`);
  const outcome = await box.configuration.change({ 'metadata.station_name': 'Nest' });
  assert.equal([...outcome.live].sort(), ['metadata.station_genre', 'metadata.station_name']);
  assert.match(box.text, /# by hand\nmetadata \{\n {2}station_genre = "birds"\n {2}station_name +=/);
  writeFileSync(box.file, `${box.text}\nhalf {`);
  const error = await refusal(box.configuration.change({ 'metadata.station_name': 'Box' }));
  assert.is(error.code, 'config.refused');
  assert.match(box.text, /half \{$/);
  assert.is(box.configuration.settings.metadata.stationName, 'Nest');
});

test('a file that is not there yet is made, for nobody else to read', async () => {
  await using box = new Box(null);
  await box.configuration.change({ 'metadata.station_name': 'Nest' });
  assert.is(box.text, 'metadata {\n  station_name = "Nest"\n}\n');
  assert.is(statSync(box.file).mode & 0o777, 0o600);
});

test('a file that has gone is made again with what it held', async () => {
  await using box = new Box();
  await box.configuration.text();
  rmSync(box.file);
  await box.configuration.change({ 'source.mic.gain_db': 3 });
  assert.is(box.text, TEXT.replace('0      #', '3      #'));
});

test('its mode stays, and of a link the file behind it is written', async () => {
  await using box = new Box();
  const real = join(box.dir, 'real', 'my.hcl');
  mkdirSync(join(box.dir, 'real'));
  writeFileSync(real, TEXT);
  chmodSync(real, 0o640);
  rmSync(box.file);
  symlinkSync('real/my.hcl', box.file);
  await box.configuration.change({ 'source.mic.gain_db': 3 });
  assert.ok(lstatSync(box.file).isSymbolicLink());
  assert.is(readFileSync(real, 'utf8'), TEXT.replace('0      #', '3      #'));
  assert.is(statSync(real).mode & 0o777, 0o640);
  assert.is(statSync(`${real}.previous`).mode & 0o777, 0o640);
  assert.equal(readdirSync(join(box.dir, 'real')).sort(), ['my.hcl', 'my.hcl.previous']);
});

test('without its directory nothing can be kept, and that is said', async () => {
  await using box = new Box();
  await box.configuration.text();
  rmSync(box.dir, { recursive: true });
  const error = await refusal(box.configuration.change({ 'source.mic.gain_db': 3 }));
  assert.is(error.code, 'config.not-written');
  assert.match(error.message, /config\.hcl can't be written: its directory does not exist/);
  assert.is(box.configuration.settings.sources[0]?.treatment.gainDb, 0);
});

test('on a full disk and on a read-only one the last good state goes on', async () => {
  const script = `
    mount -t tmpfs -o size=16k none "$1" && cp "$2" "$1/config.hcl" && dd if=/dev/zero of="$1/fill" bs=4k 2>/dev/null
    "$3" "$4" "$1/config.hcl" 1
    ls -A "$1"
    rm "$1/fill"
    mount -o remount,ro "$1"
    "$3" "$4" "$1/config.hcl" 1
    cmp "$2" "$1/config.hcl" && echo same`;
  await using box = new Box();
  const mount = join(box.dir, 'disk');
  mkdirSync(mount);
  const args = ['-rm', 'sh', '-c', script, 'sh', mount, box.file, process.execPath, CHANGER];
  const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' });
  assert.match(stdout, /DeviceError config\.not-written: .*the disk is full\. Delete what/, stderr);
  assert.match(stdout, /runs on with: \nconfig\.hcl\nfill\n/);
  assert.match(stdout, /DeviceError config\.not-written: .*the file system is read-only\./);
  assert.match(stdout, /same\n$/);
});

test('a flood takes effect at once, is written every few seconds, and its last value is kept', async () => {
  await using box = new Box();
  const { configuration, clock } = box;
  const texts = new Set<string>();
  const kept: number[] = [];
  for (let gain = 1; gain <= 30; gain++) {
    void configuration.change({ 'source.mic.gain_db': gain }).then(() => kept.push(gain));
    await until('it is in effect', () => box.applied.at(-1)?.settings.sources[0]?.treatment.gainDb === gain);
    texts.add(box.text);
  }
  assert.ok(texts.size <= 4, `${texts.size} versions`);
  assert.equal(kept, [1, 2, 3]);
  await clock.run(6_000);
  await until('all are told', () => kept.length === 30);
  assert.match(box.text, /gain_db = 30 /);
  // One pull of a slider is one step.
  assert.is(box.previous, TEXT);
});

test('what is not written yet is written when Pipit stops', async () => {
  const box = new Box();
  for (let gain = 1; gain <= 10; gain++) void box.configuration.change({ 'source.mic.gain_db': gain });
  await box.configuration[Symbol.asyncDispose]();
  assert.match(box.text, /gain_db = 10 /);
  await box[Symbol.asyncDispose]();
});

test('an editor and a flood lose nothing of each other', async () => {
  await using box = new Box();
  for (let gain = 1; gain <= 5; gain++) void box.configuration.change({ 'source.mic.gain_db': gain });
  await until('it is in effect', () => box.applied.at(-1)?.settings.sources[0]?.treatment.gainDb === 5);
  writeFileSync(box.file, `${box.text}metadata {\n  station_name = "Nest"\n}\n`);
  void box.configuration.change({ 'source.mic.gain_db': 6 });
  await until('it is in effect', () => box.applied.at(-1)?.settings.metadata.stationName === 'Nest');
  await box.clock.run(6_000);
  await until('it is written', () => box.text.includes('gain_db = 6'));
  assert.match(box.text, /station_name = "Nest"/);
});

test('what could not be written later is not in effect any more, and who asked hears of it', async () => {
  await using box = new Box();
  const { configuration, clock } = box;
  for (let gain = 1; gain <= 3; gain++) await configuration.change({ 'source.mic.gain_db': gain });
  const late = refusal(configuration.change({ 'source.mic.gain_db': 9 }));
  await until('it is in effect', () => configuration.settings.sources[0]?.treatment.gainDb === 9);
  rmSync(box.dir, { recursive: true });
  await clock.run(6_000);
  assert.is((await late).code, 'config.not-written');
  assert.is(configuration.settings.sources[0]?.treatment.gainDb, 3);
  assert.is(box.applied.at(-1)?.settings.sources[0]?.treatment.gainDb, 3);
  assert.ok(box.log.lines.some(({ level, message }) => level === 'error' && message.includes('are not kept')));
});

test('a flood waits while an editor has left the file half done', async () => {
  await using box = new Box();
  const { configuration, clock } = box;
  for (let gain = 1; gain <= 3; gain++) await configuration.change({ 'source.mic.gain_db': gain });
  const late = configuration.change({ 'source.mic.gain_db': 9 });
  await until('it is in effect', () => configuration.settings.sources[0]?.treatment.gainDb === 9);
  const whole = box.text;
  writeFileSync(box.file, `${whole}metadata {`);
  await clock.run(6_000);
  await configuration.reload();
  assert.is(box.text, `${whole}metadata {`);
  writeFileSync(box.file, `${whole}metadata {\n}\n`);
  await clock.run(6_000);
  await late;
  assert.match(box.text, /gain_db = 9 [\s\S]*metadata \{\n\}\n$/);
});

test('looking at settings does not have them written', async () => {
  await using box = new Box();
  const { configuration } = box;
  for (let gain = 1; gain <= 3; gain++) await configuration.change({ 'source.mic.gain_db': gain });
  void configuration.change({ 'source.mic.gain_db': 9 });
  await until('it is in effect', () => configuration.settings.sources[0]?.treatment.gainDb === 9);
  assert.match((await configuration.sight()).text, /gain_db = 9 /);
  assert.match(await configuration.text(), /gain_db = 9 /);
  assert.match(box.text, /gain_db = 3 /);
});

test('more changes at once than anybody needs are refused', async () => {
  await using box = new Box();
  const results = await Promise.allSettled(
    Array.from({ length: 100 }, () => box.configuration.checkChange({ 'source.mic.gain_db': 1 })),
  );
  const refused = results.filter((result) => result.status === 'rejected');
  assert.is(refused.length, 36);
  assert.is((refused[0]?.reason as PipitError | undefined)?.code, 'config.busy');
});

test('what the environment sets is refused with the name of the variable', async () => {
  await using box = new Box(TEXT, { PIPIT_SOURCE__MIC__GAIN_DB: '5' });
  const error = await refusal(box.configuration.change({ 'source.mic.gain_db': 1 }));
  assert.match(error.message, /source\.mic\.gain_db is set by the environment variable PIPIT_SOURCE__MIC__GAIN_DB/);
  assert.is(box.text, TEXT);
});

test('programs to run come from the file only', async () => {
  const exec = 'source "radio" {\n  type    = "exec"\n  command = ["sox", "-d"]\n}\n';
  await using box = new Box(TEXT + exec);
  const { configuration } = box;
  const attempts: SettingChanges[] = [
    { 'source.mic.type': 'exec', 'source.mic.command': ['sh'] },
    { 'source.radio.command': ['sh', '-c', 'true'] },
    { 'source.new.type': 'exec', 'source.new.command': ['sox', '-d'] },
  ];
  for (const changes of attempts) {
    const error = await refusal(configuration.change(changes));
    assert.match(error.message, /would run a program: .* not over the network/);
    assert.is((await refusal(configuration.checkChange(changes))).code, 'config.refused');
  }
  assert.is((await refusal(configuration.replace(`${TEXT}${exec.replace('sox', 'sh')}`))).code, 'config.refused');
  assert.is(box.text, TEXT + exec);
  await configuration.change({ 'source.radio.gain_db': 3 });
  await configuration.replace(`${exec}\n${TEXT}`);
  // Who has the file in hand may.
  writeFileSync(box.file, exec.replace('sox', 'arecord'));
  await configuration.change({ 'metadata.station_name': 'Nest' });
});

test('another text is taken as a whole, unless the file has been changed meanwhile', async () => {
  await using box = new Box();
  const next = TEXT.replace('"test"', '"demo"');
  const error = await refusal(box.configuration.replace(next, (text) => text === 'something else'));
  assert.is(error.code, 'config.changed-meanwhile');
  assert.equal(await box.configuration.replace(next, (text) => text === TEXT), {
    live: [],
    restart: ['source.mic.type', 'source.mic.frequency_hz', 'source.mic.level_db'],
  });
  assert.is(box.text, next);
  assert.is((await box.configuration.sight()).loaded.settings.sources[0]?.settings.type, 'demo');
  assert.is((await refusal(box.configuration.replace('nonsense {'))).code, 'config.refused');
  assert.is(box.text, next);
});

test('a reload says what it took over, and an invalid file changes nothing but the log', async () => {
  await using box = new Box();
  writeFileSync(box.file, `${TEXT}metadata {\n  station_name = "Nest"\n}\nencoder {\n  channels = 1\n}\n`);
  await box.configuration.reload();
  writeFileSync(box.file, 'server {\n  listen_prot = 1\n}\n');
  await box.configuration.reload();
  const said = box.log.lines.map(({ message }) => message).join('\n');
  assert.match(said, /reloaded: metadata\.station_name\n/);
  assert.match(said, /these take effect at the next start: encoder\.channels\n/);
  assert.match(said, /listen_prot[\s\S]*is refused: the running configuration stays/);
  assert.is(box.configuration.settings.metadata.stationName, 'Nest');
  writeFileSync(box.file, `${TEXT}encoder {\n  channels = 1\n}\n`);
  assert.is((await box.configuration.startAgain()).encoder.channels, 1);
  assert.equal(box.configuration.pendingRestart, []);
  // The station could not start with that.
  assert.is(box.configuration.startAsBefore().encoder.channels, 2);
  assert.equal(box.configuration.pendingRestart, ['metadata.station_name', 'encoder.channels']);
});

test('a file that was emptied is refused while Pipit runs, and opens nothing', async () => {
  for (const nothing of ['', ' \r\n\t\n', '\uFEFF\n']) {
    await using box = new Box();
    const { configuration } = box;
    writeFileSync(box.file, nothing);
    await configuration.sight();
    await configuration.reload();
    assert.match(box.log.messages('error').join('\n'), /it is empty[\s\S]*is refused: the running configuration stays/);
    assert.is((await configuration.startAgain()).auth.password, 's3cret-of-the-test');
    assert.equal(box.applied, []);
    await configuration.change({ 'source.mic.gain_db': 3 });
    assert.is(box.text, TEXT.replace('0      #', '3      #'));
    // A comment says that it is meant.
    writeFileSync(box.file, '# all as it is by default\n');
    await configuration.reload();
    assert.is(configuration.settings.auth.password, '');
  }
  await using empty = new Box('');
  await empty.configuration.reload();
  assert.equal(empty.log.messages('error'), []);
});

test('a log line names five settings at most', async () => {
  await using box = new Box();
  await box.configuration.change({
    'metadata.station_name': 'Nest',
    'encoder.channels': 1,
    'encoder.default_rung': 'mp3@64',
    'encoder.default_rung_share': 0.5,
    'server.listen_port': 8011,
    'server.source_port': 8012,
    data_dir: './elsewhere',
  });
  const said = box.log.messages('notice').find((line) => line.startsWith('settings for the next start: ')) ?? '';
  assert.match(said, /^settings for the next start: (?:[a-z_.]+, ){4}[a-z_.]+ and \d+ more$/);
});

test('a change while the file has gone is made to what it held, and opens nothing', async () => {
  await using box = new Box();
  rmSync(box.file);
  await box.configuration.change({ 'source.mic.gain_db': 3 });
  assert.match(box.text, /password = "s3cret-of-the-test"/);
  assert.match(box.text, /gain_db = 3/);
  assert.is(box.configuration.settings.auth.password, 's3cret-of-the-test');
});

test('a change of comments alone is written and changes nothing else', async () => {
  await using box = new Box();
  assert.equal(await box.configuration.replace(`# new\n${TEXT}`), { live: [], restart: [] });
  assert.is(box.text, `# new\n${TEXT}`);
  assert.equal(box.applied, []);
});

test('secrets are in no error and in no line of the log', async () => {
  await using box = new Box();
  const { configuration } = box;
  await configuration.change({ 'server.source_password': 'another-s3cret' });
  await refusal(configuration.change({ 'server.source_password': 'a-third-s3cret\n' }));
  await refusal(configuration.change({ 'mqtt.url': 's3cret://x' }));
  const said = JSON.stringify(box.log.lines);
  const errors = await Promise.all([
    refusal(configuration.change({ 'auth.password': ['s3cret'] })),
    refusal(configuration.replace('auth {\n  password = s3cret\n}\n')),
  ]);
  assert.not.match(said + errors.map(({ message, remedy, stack }) => message + remedy + stack).join(), /s3cret/);
});

test('shipped settings come back for a new start, and the way back is closed', async () => {
  await using box = new Box();
  await box.configuration.change({ 'source.mic.gain_db': 3 });
  await box.configuration.reset();
  assert.match(box.text, /^# Pipit's configuration/);
  assert.not.ok(existsSync(`${box.file}.previous`));
});

test('killed at any moment, it leaves a file that is whole', async () => {
  await using box = new Box();
  const versions = new Set<string>();
  for (let round = 0; round < 12; round++) {
    const child = spawn(process.execPath, [CHANGER, box.file]);
    let said = '';
    child.stdout.on('data', (data: Buffer) => {
      said += data;
    });
    await until('it writes', () => said.split('\n').length > 2, 20_000);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 15));
    child.kill('SIGKILL');
    await once(child, 'exit');
    for (const text of [box.text, box.previous]) {
      versions.add(text);
      const origin = { file: box.file, text, env: {}, profileDefault: 'home-server' as const };
      try {
        const { settings } = loadSettings(origin);
        assert.match(settings.metadata.stationName, /^Nest \d+ \d+ x*$|^Pipit$/);
        assert.match(text, /# for now\n\}[\s\S]*\}\n$/);
      } catch (error) {
        assert.not.instance(error, InvalidConfig, text);
        throw error;
      }
    }
  }
  assert.ok(versions.size > 5, `${versions.size} versions`);
});

test.run();
