// deadline: 120 s
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import { silentLog } from '../core/log.ts';
import { type FakeSourceInput, FakeSourceMounts } from '../testkit/fake-source-mounts.ts';
import { until } from '../testkit/until.ts';
import { SourcePort } from './source-port.ts';

/*
 * Source clients as people use them, against the real port. What they send must come out byte for byte.
 */
const PASSWORD = 'hackme';

interface Result {
  readonly code: number | null;
  readonly output: string;
}

const test = suite('source clients');
let directory = '';
let port: SourcePort;
let mounts: FakeSourceMounts;
let url = '';

test.before(() => {
  directory = mkdtempSync(join(tmpdir(), 'source-clients-'));
  const sound = ['-f', 'lavfi', '-i', 'sine=440:duration=1.5', '-ac', '2', '-fflags', '+bitexact'];
  const tags = ['-metadata', 'title=Tone', '-metadata', 'artist=Pipit'];
  for (const [name, ...options] of [
    ['tone.mp3', '-b:a', '128k', '-write_xing', '0', '-id3v2_version', '0'],
    ['tagged.mp3', '-b:a', '128k', ...tags],
    ['tone.ogg', '-c:a', 'libvorbis'],
    ['tone.opus', '-c:a', 'libopus', '-f', 'ogg'],
    ['tone.aac', '-b:a', '128k', '-f', 'adts'],
    ['tone.flac'],
    ['tone.wav', '-ar', '44100'],
  ] as const) {
    must(spawnSync('ffmpeg', ['-v', 'error', ...sound, ...options, path(name)]));
  }
});

test.after(() => rmSync(directory, { recursive: true }));

test.before.each(async () => {
  mounts = new FakeSourceMounts(['/stream']);
  port = new SourcePort(
    { log: silentLog, clock: systemClock, counters: new CounterSet(), mounts },
    {
      host: '127.0.0.1',
      port: 0,
      settings: () => ({ password: PASSWORD, headerTimeoutMs: 5_000, idleTimeoutMs: 10_000 }),
    },
  );
  await port.start(new AbortController().signal);
  url = `http://127.0.0.1:${port.address?.port}/stream`;
});

test.after.each(() => port[Symbol.asyncDispose]());

function path(name: string): string {
  return join(directory, name);
}

function must(result: SpawnSyncReturns<Buffer>): void {
  assert.is(result.status, 0, `${result.error ?? ''}${result.stderr}`);
}

function run(command: string, args: readonly string[], inputFile?: string, env?: NodeJS.ProcessEnv): Promise<Result> {
  const child = spawn(command, args, { timeout: 30_000, env: { ...process.env, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output += text;
    });
  }
  child.stdin.on('error', () => {});
  child.stdin.end(inputFile === undefined ? undefined : readFileSync(inputFile));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

function ffmpeg(file: string, format: string, ...options: string[]): Promise<Result> {
  const target = `icecast://source:${PASSWORD}@${url.slice('http://'.length)}`;
  const plain = format === 'mp3' ? ['-write_xing', '0', '-id3v2_version', '0'] : [];
  return run('ffmpeg', [
    '-v',
    'error',
    '-nostdin',
    '-re',
    '-i',
    path(file),
    '-c',
    'copy',
    ...plain,
    '-f',
    format,
    ...options,
    target,
  ]);
}

/** The input of the only client there was, after it has ended in order. */
async function received(result: Result): Promise<FakeSourceInput> {
  assert.is(mounts.inputs.length, 1, result.output);
  const input = mounts.inputs[0] as FakeSourceInput;
  assert.is(await input.over, 'ended', result.output);
  return input;
}

for (const [file, format, contentType] of [
  ['tone.mp3', 'mp3', 'audio/mpeg'],
  ['tone.ogg', 'ogg', 'application/ogg'],
  ['tone.aac', 'adts', 'audio/aac'],
  ['tone.flac', 'flac', 'audio/flac'],
] as const) {
  test(`FFmpeg sends ${format} with PUT`, async () => {
    const result = await ffmpeg(file, format, '-content_type', contentType, '-ice_name', 'Küche');
    const input = await received(result);
    assert.is(input.client.contentType, contentType);
    assert.is(input.client.station.name, 'Küche');
    assertSameSound(input.bytes, file, format);
  });
}

test('FFmpeg sends with SOURCE, as it used to', async () => {
  await ffmpeg('tone.mp3', 'mp3', '-legacy_icecast', '1');
  const input = mounts.inputs[0];
  assert.ok(input);
  // It never reads the answer, so its closing resets the connection, and what was still on its way is lost.
  assert.match(await input.over, /^ended$|^aborted: the connection broke$/);
  const sent = readFileSync(path('tone.mp3'));
  assert.ok(input.bytes.length > sent.length / 2);
  assert.ok(input.bytes.equals(sent.subarray(0, input.bytes.length)));
});

test('FFmpeg is told that its password is wrong', async () => {
  const target = `icecast://source:wrong@127.0.0.1:${port.address?.port}/stream`;
  const result = await run('ffmpeg', [
    '-v',
    'error',
    '-nostdin',
    '-i',
    path('tone.mp3'),
    '-c',
    'copy',
    '-f',
    'mp3',
    target,
  ]);
  assert.is.not(result.code, 0);
  assert.match(result.output, '401');
  assert.equal(mounts.inputs, []);
});

test('curl sends from a pipe, chunked', async () => {
  const args = ['-sS', '-u', `x:${PASSWORD}`, '-H', 'Expect: 100-continue', '-T', '-', url];
  const result = await run('curl', args, path('tone.opus'));
  assert.match(result.output, /^Received \d+ bytes/);
  assert.ok((await received(result)).bytes.equals(readFileSync(path('tone.opus'))));
});

test('curl sends a file, with its length', async () => {
  const result = await run('curl', ['-sS', '-u', `x:${PASSWORD}`, '-T', path('tone.flac'), url]);
  assert.match(result.output, /^Received \d+ bytes/);
  assert.ok((await received(result)).bytes.equals(readFileSync(path('tone.flac'))));
});

test('curl gets to read why it is refused, while it is still sending', async () => {
  writeFileSync(path('large'), Buffer.alloc(3 << 20));
  const result = await run('curl', ['-sS', '-H', 'Expect:', '-u', `x:${PASSWORD}`, '-T', path('large'), `${url}/not`]);
  assert.match(result.output, 'There is: /stream.');
});

test('a second curl is refused while the first sends', async () => {
  const media = readFileSync(path('tone.flac'));
  const first = spawn('curl', ['-sS', '-u', `x:${PASSWORD}`, '-T', '-', url], { timeout: 30_000 });
  first.stdin.write(media.subarray(0, 1000));
  await until('the first sends', () => mounts.inputs[0]?.bytes.length === 1000);
  const second = await run('curl', ['-sS', '-u', `x:${PASSWORD}`, '-T', path('tone.mp3'), url]);
  assert.match(second.output, 'This mount has a source client');
  first.stdin.end(media.subarray(1000));
  assert.ok((await received({ code: 0, output: '' })).bytes.equals(media));
});

test('libshout (shout) sends Ogg', async () => {
  const args = ['-H', '127.0.0.1', '-P', String(port.address?.port), '--pass', PASSWORD, '--mount', '/stream'];
  const result = await run('shout', [...args, '--format', 'ogg'], path('tone.ogg'));
  const input = await received(result);
  assert.match(input.client.userAgent, 'libshout');
  assert.ok(input.bytes.equals(readFileSync(path('tone.ogg'))));
});

test('ezstream sends MP3, and the title from its tags', async () => {
  writeFileSync(
    path('ezstream.xml'),
    `<ezstream>
      <servers><server>
        <hostname>127.0.0.1</hostname><port>${port.address?.port}</port><password>${PASSWORD}</password>
        <tls>none</tls><reconnect_attempts>1</reconnect_attempts>
      </server></servers>
      <streams><stream><mountpoint>/stream</mountpoint><format>mp3</format></stream></streams>
      <intakes><intake>
        <type>file</type><filename>${path('tagged.mp3')}</filename><stream_once>yes</stream_once>
      </intake></intakes>
    </ezstream>`,
    { mode: 0o600 },
  );
  const input = await received(await run('ezstream', ['-c', path('ezstream.xml')]));
  // It leaves the tags away and sends the frames.
  const frames = readFileSync(path('tagged.mp3'));
  assert.ok(input.bytes.length > frames.length * 0.9);
  assert.ok(frames.includes(input.bytes));
  assert.equal(mounts.metadata, [['/stream', { artist: 'Pipit', title: 'Tone' }]]);
});

test('DarkIce sends what it captures', async () => {
  writeFileSync(
    path('asound.conf'),
    `pcm.tone { type file; slave.pcm "null"; file "/dev/null"; infile "${path('tone.wav')}"; format wav }`,
  );
  writeFileSync(
    path('darkice.cfg'),
    `[general]\nduration = 1\nbufferSecs = 1\nreconnect = no\n
     [input]\ndevice = tone\nsampleRate = 44100\nbitsPerSample = 16\nchannel = 2\n
     [icecast2-0]\nbitrateMode = cbr\nformat = mp3\nbitrate = 128\nserver = 127.0.0.1\nport = ${port.address?.port}
     password = ${PASSWORD}\nmountPoint = stream\nname = Kitchen\n`.replaceAll(/^ +/gm, ''),
  );
  const env = { ALSA_CONFIG_PATH: `${path('asound.conf')}:/usr/share/alsa/alsa.conf` };
  const input = await received(await run('darkice', ['-c', path('darkice.cfg')], undefined, env));
  assert.is(input.client.station.name, 'Kitchen');
  assert.ok(input.bytes.length > 10_000);
  writeFileSync(path('dark.mp3'), input.bytes);
  const decoded = spawnSync('ffmpeg', ['-v', 'error', '-i', path('dark.mp3'), '-f', 'null', '-']);
  assert.is(decoded.stderr.toString(), '');
});

/** The very bytes, or, where the client writes its own container, the very samples. */
function assertSameSound(bytes: Buffer, file: string, format: string): void {
  if (format === 'mp3' || format === 'adts') {
    assert.ok(bytes.equals(readFileSync(path(file))));
    return;
  }
  const hash = ['-map', '0:a', '-f', 'md5', '-'];
  const sent = spawnSync('ffmpeg', ['-v', 'error', '-i', path(file), ...hash]);
  const came = spawnSync('ffmpeg', ['-v', 'error', '-i', '-', ...hash], { input: bytes });
  assert.is(came.stderr.toString(), '');
  assert.is(came.stdout.toString(), sent.stdout.toString());
}

test.run();
