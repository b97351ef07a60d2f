import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { chooseModules, type KernelIndex } from './module-choice.ts';

const test = suite('module choice');

const INDEX: KernelIndex = {
  dependencies: [
    'kernel/fs/overlay.ko.xz:',
    'kernel/mm/sd_mod.ko.xz: kernel/mm/scsi.ko.xz',
    'kernel/mm/scsi.ko.xz:',
    'kernel/snd/snd-usb-audio.ko.xz: kernel/snd/snd.ko.xz',
    'kernel/snd/snd.ko.xz:',
    'kernel/crypto/crc.ko.xz:',
    '',
  ].join('\n'),
  builtin: 'kernel/lib/zstd.ko\n',
  soft: '# Soft dependencies\nsoftdep overlay pre: crc post: nothing-known\n',
};

const group = (names: string[], more: object = {}) => ({ why: 'a test', names, ...more });

test('what a module needs comes with it, hard and soft', () => {
  const { all } = chooseModules(INDEX, 'arm64', [group(['sd-mod', 'overlay'])]);
  assert.equal(all, [
    'kernel/crypto/crc.ko.xz',
    'kernel/fs/overlay.ko.xz',
    'kernel/mm/scsi.ko.xz',
    'kernel/mm/sd_mod.ko.xz',
  ]);
});

test('only early groups are in the initrd', () => {
  const choice = chooseModules(INDEX, 'arm64', [group(['sd_mod'], { early: true }), group(['snd_usb_audio'])]);
  assert.equal(choice.early, ['kernel/mm/scsi.ko.xz', 'kernel/mm/sd_mod.ko.xz']);
  assert.is(choice.all.length, 4);
});

test('what is built in needs no file', () => {
  assert.equal(chooseModules(INDEX, 'arm64', [group(['zstd'])]).all, []);
});

test('a module that the kernel has lost is named', () => {
  assert.throws(() => chooseModules(INDEX, 'arm64', [group(['unicam'])]), /no module unicam/);
});

test("another machine's modules are left out", () => {
  assert.equal(chooseModules(INDEX, 'amd64', [group(['bcm2835'], { only: 'arm64' })]).all, []);
});

test.run();
