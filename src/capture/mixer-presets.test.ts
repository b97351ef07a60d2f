import { writeFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RecordingLog } from '../testkit/recording-log.ts';
import { AlsaSource } from './alsa-source.ts';
import { applyMixerPreset } from './apply-mixer-preset.ts';
import { failureOf, TestContext } from './capture.testing.ts';
import { CM108_CONTENTS, FakeAmixer, WM8960_CONTENTS } from './mixer.testing.ts';
import { mixerPresetOf } from './mixer-presets.ts';
import { FakeCards, HDMI, USB_MIC } from './sound-cards.testing.ts';

const test = suite('mixer presets');
// The system clock's timers do not keep a process alive; a worker has its link for that.
const alive = setInterval(() => {}, 1000);
test.after(() => clearInterval(alive));

const CM108 = { cardId: 'Device', usbId: '0d8c:013c' };

test('a cheap adapter is opened, its automatic gain switched off, its level set, and nothing of what it plays', async () => {
  using amixer = new FakeAmixer();
  const log = new RecordingLog();
  await applyMixerPreset(CM108, log, { amixer: amixer.program, stateFile: amixer.stateFile });
  assert.equal(amixer.asked, [
    '-c Device contents',
    '-q -c Device cset numid=7 on',
    '-q -c Device cset numid=8 10',
    '-q -c Device cset numid=9 off',
  ]);
  assert.equal(
    log.lines.map(({ level, message }) => `${level} ${message}`),
    [
      'info mixer of Device set as for C-Media: Mic Capture Switch on, Mic Capture Volume 10 of 16, Auto Gain Control off',
    ],
  );
});

test('the WM8960 gets a way from its microphones', async () => {
  using amixer = new FakeAmixer(WM8960_CONTENTS);
  await applyMixerPreset({ cardId: 'wm8960', usbId: undefined }, new RecordingLog(), {
    amixer: amixer.program,
    stateFile: amixer.stateFile,
  });
  assert.equal(
    amixer.asked.slice(1).map((line) => line.replace('-q -c wm8960 cset numid=', '')),
    ['1 39', '3 on', '9 1', '48 on', '50 on'],
  );
});

test('what is as it should be already is not set again, and nothing is said', async () => {
  using amixer = new FakeAmixer(
    CM108_CONTENTS.replace(/(Mic Capture Switch'\n.*\n {2}: values=)off/, '$1on')
      .replace(/(Mic Capture Volume'\n.*\n {2}: values=)0/, '$110')
      .replace(/(Auto Gain Control'\n.*\n {2}: values=)on/, '$1off'),
  );
  const log = new RecordingLog();
  await applyMixerPreset(CM108, log, { amixer: amixer.program, stateFile: amixer.stateFile });
  assert.equal(amixer.asked, ['-c Device contents']);
  assert.equal(log.lines, []);
});

test('a card whose mixer the system keeps is its owner’s', async () => {
  using amixer = new FakeAmixer();
  writeFileSync(amixer.stateFile, 'state.Other {\n\tcontrol.1 {\n\t}\n}\nstate.Device {\n}\n');
  const options = { amixer: amixer.program, stateFile: amixer.stateFile };
  await applyMixerPreset(CM108, new RecordingLog(), options);
  assert.equal(amixer.asked, []);
  await applyMixerPreset({ ...CM108, cardId: 'Device_1' }, new RecordingLog(), options);
  assert.is(amixer.asked.length, 4);
});

test('a mixer that refuses, is not there or has no program is a line for developers', async () => {
  for (const failing of ['contents', 'cset']) {
    using amixer = new FakeAmixer(CM108_CONTENTS, failing);
    const log = new RecordingLog();
    await applyMixerPreset(CM108, log, { amixer: amixer.program, stateFile: amixer.stateFile });
    assert.equal(
      log.lines.map(({ level }) => level),
      ['debug'],
      failing,
    );
  }
  const log = new RecordingLog();
  await applyMixerPreset(CM108, log, { amixer: '/nowhere/amixer', stateFile: '/nowhere/state' });
  assert.match(log.lines[0]?.message ?? '', /mixer of Device can't be set: spawn \/nowhere\/amixer ENOENT/);
});

test('a model goes before its maker, a maker before all others on USB; what is on no bus has a preset by its name', () => {
  const nameOf = (usbId: string | undefined, cardId = 'Device') => mixerPresetOf({ usbId, cardId })?.name;
  assert.is(nameOf('0d8c:0005'), 'Blue Snowball');
  assert.is(nameOf('0D8C:013C'), 'C-Media');
  assert.is(nameOf('1235:8211'), 'Focusrite');
  assert.is(nameOf('ffff:0001'), 'any USB card');
  assert.is(nameOf(undefined, 'wm8960'), 'WM8960');
  assert.is(nameOf(undefined, 'vc4hdmi0'), undefined);
});

test('the level of a card that nobody knows stays as it is', async () => {
  using amixer = new FakeAmixer();
  await applyMixerPreset({ cardId: 'Device', usbId: 'ffff:0001' }, new RecordingLog(), {
    amixer: amixer.program,
    stateFile: amixer.stateFile,
  });
  assert.equal(amixer.asked.slice(1), ['-q -c Device cset numid=7 on']);
});

test('a source sets its card’s mixer once, and again when the card was away; never when it is told to leave it', async () => {
  using amixer = new FakeAmixer();
  using cards = new FakeCards([{ ...USB_MIC, usbId: '0d8c:013c' }]);
  const mixer = { amixer: amixer.program, stateFile: amixer.stateFile };
  const options = { roots: cards.roots, recorder: '/nowhere/arecord', mixer };
  const source = new AlsaSource({ type: 'alsa', device: 'auto', mixer: 'preset' }, new TestContext(), options);
  const looks = () => amixer.asked.filter((line) => line.endsWith('contents')).length;
  // No such card is here: it fails to be opened, after its mixer was set.
  await failureOf(source.read(AbortSignal.timeout(5_000)));
  await failureOf(source.read(AbortSignal.timeout(5_000)));
  assert.is(looks(), 1);
  cards.plug([HDMI]);
  assert.is((await failureOf(source.read(AbortSignal.timeout(5_000)))).code, 'capture.no-device');
  cards.plug([{ ...USB_MIC, usbId: '0d8c:013c' }]);
  await failureOf(source.read(AbortSignal.timeout(5_000)));
  assert.is(looks(), 2);
  const left = new AlsaSource({ type: 'alsa', device: 'auto', mixer: 'leave' }, new TestContext(), options);
  await failureOf(left.read(AbortSignal.timeout(5_000)));
  assert.is(looks(), 2);
});

test.run();
