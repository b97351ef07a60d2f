import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DeviceError } from '../core/errors.ts';
import { alsaFailure } from './alsa-failure.ts';
import { AlsaSource } from './alsa-source.ts';
import { collect, failureOf, TestContext, tempDir } from './capture.testing.ts';
import { captureAttempts } from './capture-attempts.ts';
import { FakeCards, I2S_HAT, USB_INTERFACE, USB_MIC, USB_MIC_TWIN } from './sound-cards.testing.ts';

const test = suite('alsa-source');
const signal = new AbortController().signal;
// The system clock's timers do not keep a process alive; a worker has its link for that.
const alive = setInterval(() => {}, 1000);
test.after(() => clearInterval(alive));

function alsa(device: string, cards: FakeCards, options: { recorder?: string; context?: TestContext } = {}) {
  const { context = new TestContext(), ...rest } = options;
  return new AlsaSource({ type: 'alsa', device }, context, { roots: cards.roots, ...rest });
}

test('a card is opened at the rate of the ladder and with the wanted channels where it has them', () => {
  const mode = (format: string, channels: number, ...rates: number[]) => ({ format, channels, rates });
  assert.equal(captureAttempts([mode('S16_LE', 1, 44_100, 48_000)], 2), [
    { rate: 48_000, channels: 1 },
    { rate: 44_100, channels: 1 },
  ]);
  const both = [mode('S16_LE', 1, 48_000), mode('S16_LE', 2, 48_000), mode('S16_LE', 4, 48_000)];
  assert.equal(
    captureAttempts(both, 2).map(({ channels }) => channels),
    [2, 4, 1],
  );
  assert.equal(
    captureAttempts(both, 1).map(({ channels }) => channels),
    [1, 2, 4],
  );
  assert.equal(captureAttempts([mode('S16_LE', 1, 8000, 16_000)], 1)[0], { rate: 16_000, channels: 1 });
  assert.equal(captureAttempts([mode('S16_LE', 2, 96_000, 44_100)], 2)[0], { rate: 44_100, channels: 2 });
});

test('a card without 16-bit samples is not for FFmpeg; one that tells nothing is tried in the usual ways', () => {
  assert.equal(captureAttempts([{ format: 'S24_3LE', channels: 4, rates: [48_000] }], 2), []);
  assert.equal(captureAttempts([], 2), [
    { rate: 48_000, channels: 2 },
    { rate: 48_000, channels: 1 },
    { rate: 44_100, channels: 2 },
    { rate: 44_100, channels: 1 },
    { rate: 16_000, channels: 1 },
  ]);
});

test('every way to fail has its code, by the words for it', () => {
  const codeOf = (stage: 'open' | 'read', words = '') => alsaFailure('mic', { stage, words }).code;
  assert.is(codeOf('open', 'audio open error: Device or resource busy'), 'capture.busy');
  assert.is(codeOf('open', 'audio open error: No such device'), 'capture.no-device');
  assert.is(codeOf('open', 'audio open error: No such file or directory'), 'capture.no-device');
  assert.is(codeOf('open', 'audio open error: Permission denied'), 'capture.denied');
  assert.is(codeOf('open', 'Channels count non available'), 'capture.unsupported');
  assert.is(codeOf('open'), 'capture.unsupported');
  for (const words of ['', 'read error: No such device']) assert.is(codeOf('read', words), 'capture.unplugged');
  const busy = alsaFailure('mic', { stage: 'open', words: 'Device or resource busy' });
  assert.match(busy.remedy, 'fuser -v /dev/snd/*');
});

test('no card at all is a device error', async () => {
  using cards = new FakeCards([]);
  const error = await failureOf(alsa('auto', cards).read(signal));
  assert.instance(error, DeviceError);
  assert.is(error.code, 'capture.no-device');
});

test('the real arecord answers that a card is not there with a device error that says why', async () => {
  using cards = new FakeCards([USB_MIC]);
  const source = alsa('auto', cards);
  assert.is(source.description, 'sound card auto');
  const error = await failureOf(source.read(signal));
  assert.instance(error, DeviceError);
  assert.is(error.code, 'capture.no-device');
  assert.match(error.message, /USB PnP Sound Device.*No such/);
  assert.match(source.description, 'usb-path:1-1.2');
});

test('a card that somebody records from is busy, and by whom is said', async () => {
  using cards = new FakeCards([{ ...USB_MIC, ownerPid: 4711 }]);
  const error = await failureOf(alsa('usb-path:1-1.2', cards).read(signal));
  assert.is(error.code, 'capture.busy');
  assert.match(error.message, '4711');
});

/** A recorder that notes how it was called, and then runs the lines of shell. */
function fakeRecorder(dir: ReturnType<typeof tempDir>, ...lines: string[]): { path: string; calls(): string[] } {
  const path = dir.file('recorder');
  writeFileSync(path, ['#!/bin/sh', `echo "$@" >> '${dir.file('calls')}'`, ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
  return { path, calls: () => readFileSync(dir.file('calls'), 'utf8').trim().split('\n') };
}

const SINE = `ffmpeg -v error -f lavfi -i aevalsrc='0.5*sin(2*PI*1000*t)':s=48000:d=0.4 -f s16le`;

test('the device is looked for at each read', async () => {
  using cards = new FakeCards([USB_MIC, USB_MIC_TWIN]);
  using dir = tempDir();
  const recorder = fakeRecorder(dir, "echo 'arecord: main:834: audio open error: No such device' >&2; exit 1");
  const source = alsa('usb-path:1-1.4', cards, { recorder: recorder.path });
  assert.is((await failureOf(source.read(signal))).code, 'capture.no-device');
  cards.plug([{ ...USB_MIC_TWIN, id: 'Device' }]);
  assert.is((await failureOf(source.read(signal))).code, 'capture.no-device');
  assert.equal(
    recorder.calls().map((call) => call.split(' ')[1]),
    ['hw:CARD=Device_1,DEV=0', 'hw:CARD=Device,DEV=0'],
  );
  cards.plug([USB_MIC]);
  assert.match((await failureOf(source.read(signal))).message, 'usb-path:1-1.4');
});

test('a card with 24-bit samples alone is recorded through what converts', async () => {
  using cards = new FakeCards([USB_INTERFACE]);
  using dir = tempDir();
  const recorder = fakeRecorder(dir, `${SINE} -ac 2 -`);
  const source = alsa('auto', cards, { recorder: recorder.path });
  const { seconds, samples } = await collect(source.read(signal), 0.2);
  assert.ok(seconds >= 0.2);
  assert.ok(samples.some((sample) => sample > 10_000));
  assert.match(recorder.calls().join(), '-D plughw:CARD=U4,DEV=0 -f S16_LE -r 48000 -c 2');
});

test('a card with 16-bit samples is recorded as it is, and its end in mid-stream is an unplugged card', async () => {
  using cards = new FakeCards([USB_MIC]);
  using dir = tempDir();
  const recorder = fakeRecorder(
    dir,
    `${SINE} -ac 1 -`,
    "echo 'arecord: pcm_read:2272: read error: No such device' >&2",
  );
  const error = await failureOf(alsa('auto', cards, { recorder: recorder.path }).read(signal));
  assert.match(recorder.calls().join(), /^-D hw:CARD=\S+ -f S16_LE -r \d+ -c 1 /);
  assert.is(error.code, 'capture.unplugged');
  assert.match(error.message, 'No such device');
});

test('a HAT that tells nothing, and has other samples than tried, is not tried in all the other ways', async () => {
  using cards = new FakeCards([I2S_HAT]);
  using dir = tempDir();
  const refusal = "echo 'arecord: set_params:1352: Sample format non available' >&2; exit 1";
  const recorder = fakeRecorder(dir, `case "$*" in *' hw:'*) ${refusal} ;; esac`, `${SINE} -ac 2 -`);
  const { samples } = await collect(alsa('auto', cards, { recorder: recorder.path }).read(signal), 0.2);
  assert.ok(samples.some((sample) => sample > 10_000));
  assert.equal(
    recorder.calls().map((call) => call.split(' ')[1]?.split(':')[0]),
    ['hw', 'plughw'],
  );
});

test('a rate that the card does not have is not taken for the one that was asked for', async () => {
  using cards = new FakeCards([I2S_HAT]);
  using dir = tempDir();
  const warning = 'Warning: rate is not accurate (requested = 48000Hz, got = 44100Hz)';
  const recorder = fakeRecorder(
    dir,
    `case "$*" in *' -r 48000 '*) echo '${warning}' >&2; sleep 0.3; exec cat /dev/zero ;; esac`,
    `${SINE} -ac 2 -ar 44100 -`,
  );
  const { samples } = await collect(alsa('auto', cards, { recorder: recorder.path }).read(signal), 0.2);
  assert.ok(samples.some((sample) => sample > 10_000));
  assert.match(recorder.calls().at(-1) ?? '', '-r 44100 -c 2');
});

test('an xrun is counted and is no end', async () => {
  using cards = new FakeCards([USB_MIC]);
  using dir = tempDir();
  const recorder = fakeRecorder(dir, "echo 'overrun!!! (at least 1234.567 ms long)' >&2", `${SINE} -ac 1 -`);
  const context = new TestContext();
  await collect(alsa('auto', cards, { recorder: recorder.path, context }).read(signal), 0.2);
  assert.is(context.count('capture_xruns_total'), 1);
});

test('a HAT that tells nothing is not tried in every way when it is not there at all', async () => {
  using cards = new FakeCards([I2S_HAT]);
  const context = new TestContext();
  const error = await failureOf(alsa('auto', cards, { context }).read(signal));
  assert.is(error.code, 'capture.no-device');
  assert.is(context.log.messages('debug').filter((line) => line.includes('audio open error')).length, 1);
});

test('without the recorder one is told what to install', async () => {
  using cards = new FakeCards([USB_INTERFACE]);
  const error = await failureOf(alsa('auto', cards, { recorder: '/nowhere/arecord' }).read(signal));
  assert.is(error.code, 'capture.no-program');
  assert.match((error as unknown as DeviceError).remedy, 'alsa-utils');
});

test('aborted before it begins, it ends in order', async () => {
  using cards = new FakeCards([I2S_HAT]);
  for await (const _ of alsa('auto', cards).read(AbortSignal.abort())) assert.unreachable();
});

test.run();
