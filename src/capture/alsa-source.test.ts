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

test('every way to fail has its code, by number or by the words for it', () => {
  const codeOf = (stage: 'open' | 'read', errno: string, words = '') =>
    alsaFailure('mic', { stage, errno, words }).code;
  assert.is(codeOf('open', 'EBUSY'), 'capture.busy');
  assert.is(codeOf('open', 'EIO', 'cannot open audio device hw:1 (Device or resource busy)'), 'capture.busy');
  assert.is(codeOf('open', 'EIO', 'cannot open audio device hw:1 (No such device)'), 'capture.no-device');
  assert.is(codeOf('open', 'EIO', 'cannot open audio device hw:1 (No such file or directory)'), 'capture.no-device');
  for (const errno of ['ENXIO', 'ENOENT', 'ENODEV']) assert.is(codeOf('open', errno), 'capture.no-device');
  assert.is(codeOf('open', 'EIO', 'cannot open audio device hw:1 (Permission denied)'), 'capture.denied');
  assert.is(codeOf('open', 'EIO', 'cannot set channel count to 2 (Invalid argument)'), 'capture.unsupported');
  assert.is(codeOf('open', 'EINVAL'), 'capture.unsupported');
  for (const errno of ['EIO', 'ENODEV', 'EBUSY', '']) assert.is(codeOf('read', errno), 'capture.unplugged');
  assert.match(alsaFailure('mic', { stage: 'open', errno: 'EBUSY', words: '' }).remedy, 'fuser -v /dev/snd/*');
});

test('no card at all is a device error', async () => {
  using cards = new FakeCards([]);
  const error = await failureOf(alsa('auto', cards).read(signal));
  assert.instance(error, DeviceError);
  assert.is(error.code, 'capture.no-device');
});

test('the real FFmpeg answers that a card is not there with a device error that says why', async () => {
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

test('the device is looked for at each read', async () => {
  using cards = new FakeCards([USB_MIC, USB_MIC_TWIN]);
  const source = alsa('usb-path:1-1.4', cards);
  assert.match((await failureOf(source.read(signal))).message, 'hw:CARD=Device_1,DEV=0');
  cards.plug([{ ...USB_MIC_TWIN, id: 'Device' }]);
  assert.match((await failureOf(source.read(signal))).message, 'hw:CARD=Device,DEV=0');
  cards.plug([USB_MIC]);
  assert.match((await failureOf(source.read(signal))).message, 'usb-path:1-1.4');
});

test('a card with 24-bit samples alone is recorded by arecord, which says that it is not there', async () => {
  using cards = new FakeCards([USB_INTERFACE]);
  const error = await failureOf(alsa('card-id:U4', cards).read(signal));
  assert.is(error.code, 'capture.no-device');
  assert.match(error.message, 'arecord');
});

test('what the recorder writes is heard, and its end in mid-stream is an unplugged card', async () => {
  using cards = new FakeCards([USB_INTERFACE]);
  using dir = tempDir();
  const recorder = dir.file('recorder');
  const tone = `ffmpeg -v error -f lavfi -i aevalsrc='0.5*sin(2*PI*1000*t)':s=48000:d=0.4 -f s16le -ac 2 -`;
  writeFileSync(recorder, `#!/bin/sh\necho "$@" > '${dir.file('arguments')}'\n${tone}\n`);
  chmodSync(recorder, 0o755);
  const source = alsa('auto', cards, { recorder });
  const { seconds, samples } = await collect(source.read(signal), 0.2);
  assert.ok(seconds >= 0.2);
  assert.ok(samples.some((sample) => sample > 10_000));
  assert.match(readFileSync(dir.file('arguments'), 'utf8'), '-D plughw:CARD=U4,DEV=0 -f S16_LE -r 48000 -c 2');
  assert.is((await failureOf(source.read(signal))).code, 'capture.unplugged');
});

test('a HAT that tells nothing is not tried in every way when it is not there at all', async () => {
  using cards = new FakeCards([I2S_HAT]);
  const context = new TestContext();
  const error = await failureOf(alsa('auto', cards, { context }).read(signal));
  assert.is(error.code, 'capture.no-device');
  assert.is(context.log.messages('debug').filter((line) => line.includes('cannot open audio device')).length, 1);
});

test('without the recorder one is told what to install', async () => {
  using cards = new FakeCards([USB_INTERFACE]);
  const error = await failureOf(alsa('auto', cards, { recorder: '/nowhere/arecord' }).read(signal));
  assert.is(error.code, 'capture.unsupported');
  assert.match((error as unknown as DeviceError).remedy, 'alsa-utils');
});

test('aborted before it begins, it ends in order', async () => {
  using cards = new FakeCards([I2S_HAT]);
  for await (const _ of alsa('auto', cards).read(AbortSignal.abort())) assert.unreachable();
});

test.run();
