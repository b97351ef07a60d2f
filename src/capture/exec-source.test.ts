import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ExecSettings } from '../core/source-settings.ts';
import { toneDb } from '../testkit/decode-audio.ts';
import { until } from '../testkit/until.ts';
import { collect, failureOf, makeTone, TestContext, tempDir } from './capture.testing.ts';
import { ExecSource } from './exec-source.ts';

const test = suite('exec source');
const never = new AbortController().signal;
// The timers that pace sound do not keep a process alive; in a worker its link does.
const keepAlive = setInterval(() => {}, 1000);
test.after(() => clearInterval(keepAlive));

function exec(command: readonly string[], more: Partial<ExecSettings> = {}, context = new TestContext()) {
  return new ExecSource({ type: 'exec', command, format: 'auto', sampleRate: 48_000, channels: 2, ...more }, context);
}

function assertTone(sound: { samples: Int16Array; channels: 1 | 2 }): void {
  for (const channel of [0, 1]) {
    const heard = toneDb(sound, channel, 1000);
    assert.ok(Math.abs(heard + 12) < 0.8, `${heard} dBFS in channel ${channel}`);
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie still takes signals.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('what ffmpeg encodes in real time is heard', async () => {
  const tone = '0.251*sin(2*PI*1000*t)';
  for (const output of [
    ['-f', 'wav'],
    ['-c:a', 'libmp3lame', '-f', 'mp3'],
    ['-c:a', 'libopus', '-f', 'ogg'],
  ]) {
    const input = ['-re', '-f', 'lavfi', '-i', `aevalsrc=${tone}|${tone}:s=48000`];
    const command = ['ffmpeg', '-v', 'error', '-nostdin', ...input, ...output, 'pipe:1'];
    assertTone(await collect(exec(command).read(never), 0.5));
  }
});

test('raw PCM of every kind is heard as its settings say', async () => {
  using dir = tempDir();
  for (const [format, sampleRate, channels] of [
    ['s16le', 44_100, 2],
    ['s24le', 48_000, 1],
    ['s32le', 96_000, 2],
    ['f32le', 22_050, 1],
  ] as const) {
    const down = channels === 1 ? ['-af', 'pan=mono|c0=c0'] : [];
    const path = makeTone(dir.file(`a.${format}`), 1.2, '-ar', String(sampleRate), ...down, '-f', format);
    assertTone(await collect(exec(['cat', path], { format, sampleRate, channels }).read(never), 0.5));
  }
});

test('sox and its WAV of unknown length are understood', async () => {
  const command = [
    'sox',
    '-n',
    '-r',
    '48000',
    '-c',
    '2',
    '-t',
    'wav',
    '-',
    'synth',
    '2',
    'sine',
    '1000',
    'vol',
    '0.251',
  ];
  assertTone(await collect(exec(command).read(never), 0.5));
});

test('arecord records from a device of ALSA', async () => {
  using dir = tempDir();
  const raw = makeTone(dir.file('a.raw'), 30, '-f', 's16le');
  const config = dir.file('asoundrc');
  writeFileSync(
    config,
    `</usr/share/alsa/alsa.conf>
     pcm.fake { type file slave.pcm null file /dev/null infile "${raw}" format raw }`,
  );
  const before = process.env['ALSA_CONFIG_PATH'];
  process.env['ALSA_CONFIG_PATH'] = config;
  try {
    for (const [type, format] of [
      ['raw', 's16le'],
      ['wav', 'auto'],
    ] as const) {
      const command = ['arecord', '-D', 'fake', '-f', 'S16_LE', '-r', '48000', '-c', '2', '-t', type];
      assertTone(await collect(exec(command, { format }).read(never), 0.5));
    }
  } finally {
    if (before === undefined) delete process.env['ALSA_CONFIG_PATH'];
    else process.env['ALSA_CONFIG_PATH'] = before;
  }
});

test('a program that writes faster than real time is held back', async () => {
  using dir = tempDir();
  const path = makeTone(dir.file('a.wav'), 20);
  const startMs = performance.now();
  await collect(exec(['cat', path]).read(never), 1.5);
  assert.ok(performance.now() - startMs > 900, 'it came as a burst');
});

test('a program that is not there, or is no program, is a state with a remedy', async () => {
  using dir = tempDir();
  writeFileSync(dir.file('text'), 'no program');
  for (const program of ['pipit-no-such-program', dir.file('text')]) {
    const error = await failureOf(exec([program]).read(never));
    assert.is(error.code, 'capture.no-program', error.message);
  }
});

test('a program that ends at once is told with its exit code and its last words', async () => {
  const error = await failureOf(exec(['sh', '-c', 'echo first >&2; echo no such card >&2; exit 3']).read(never));
  assert.is(error.code, 'capture.program-ended');
  assert.match(error.message, 'sh ended with exit code 3: no such card');
  assert.is((await failureOf(exec(['true']).read(never))).code, 'capture.program-ended');
});

test('a program that is killed in the middle ends the sound with an error', async () => {
  const script = 'sox -n -r 48000 -c 2 -t raw -e signed -b 16 - synth 0.3 sine 440; kill -9 $$';
  const error = await failureOf(exec(['sh', '-c', script], { format: 's16le' }).read(never));
  assert.match(error.message, 'signal SIGKILL');
});

test('garbage is not media', async () => {
  const error = await failureOf(exec(['head', '-c', '300000', '/dev/urandom']).read(never));
  assert.is(error.code, 'capture.not-media');
});

test('its standard error goes to the log, a few lines a second, without secrets of URLs; xruns are counted', async () => {
  const context = new TestContext();
  const script = `echo 'open http://me:secret@host/x?key=hidden' >&2
    i=0; while [ $i -lt 100 ]; do echo "line $i" >&2; i=$((i+1)); done
    echo 'overrun!!! (at least 1.5 ms long)' >&2; exit 1`;
  await failureOf(exec(['sh', '-c', script], {}, context).read(never));
  const lines = context.log.messages('info');
  assert.ok(lines.length >= 5 && lines.length <= 10, `${lines.length} lines`);
  assert.is(lines[0], 'sh: open http://host/x');
  assert.not.match(context.log.text, /secret|hidden/);
  assert.is(context.count('capture_xruns_total'), 1);
});

test('an abort ends the program, what it started, and one that will not listen', async () => {
  using dir = tempDir();
  const pids = dir.file('pids');
  const script = `trap '' TERM; sleep 100 & echo $$ $! > ${pids}; sox -n -r 48000 -c 2 -t raw -b 16 - synth 50 sine 440; wait`;
  const stop = new AbortController();
  const blocks = exec(['sh', '-c', script], { format: 's16le' }).read(stop.signal);
  await blocks.next();
  const own = readFileSync(pids, 'utf8').trim().split(' ').map(Number);
  assert.ok(own.every(isRunning));
  stop.abort();
  await collect(blocks);
  await until('all are gone', () => !own.some(isRunning));
});

test('an abort before the program has said anything returns', async () => {
  const stop = new AbortController();
  const reading = collect(exec(['sleep', '100']).read(stop.signal));
  setTimeout(() => stop.abort(), 100);
  const startMs = performance.now();
  assert.is((await reading).seconds, 0);
  assert.ok(performance.now() - startMs < 2500);
});

test('who stops reading stops the program', async () => {
  using dir = tempDir();
  const pids = dir.file('pids');
  const source = exec(['sh', '-c', `echo $$ > ${pids}; exec sox -n -r 48000 -c 2 -t wav - synth 50 sine 440`]);
  await collect(source.read(never), 0.2);
  await until('it is gone', () => !isRunning(Number(readFileSync(pids, 'utf8'))));
});

test('it sees only the environment that it needs', async () => {
  process.env['PIPIT_TEST_SECRET'] = 'x';
  const error = await failureOf(exec(['sh', '-c', 'echo "[$PIPIT_TEST_SECRET]" >&2; exit 1']).read(never));
  delete process.env['PIPIT_TEST_SECRET'];
  assert.match(error.message, '[]');
});

test('the description names the program, not its arguments', () => {
  assert.is(exec(['/usr/bin/curl', '-u', 'me:secret', 'http://x']).description, 'program curl');
});

test('the tools of this test are there', () => {
  for (const tool of ['arecord', 'sox', 'ffmpeg']) execFileSync('sh', ['-c', `command -v ${tool}`]);
});

test.run();
