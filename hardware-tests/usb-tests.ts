import { mkdir, readdir, rmdir, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CaptureDevice, listDevices } from '../src/capture/devices.ts';
import { resolveDevice } from '../src/capture/resolve-device.ts';
import type { Bench, HardwareTest } from './hardware-test.ts';
import { kernelModule, OWN_MACHINE, ROOT } from './need.ts';
import { must, program } from './program.ts';
import { until } from './until.ts';

const GADGETS = '/sys/kernel/config/usb_gadget';
/** The Linux Foundation's numbers for gadgets of this kind. */
const VENDOR = '0x1d6b';
const PRODUCT = '0x0101';
const FILES: Readonly<Record<string, string>> = {
  'strings/0x409/manufacturer': 'Pipit',
  'strings/0x409/product': 'Test Microphone',
  'functions/uac1.0/p_chmask': '1',
  'functions/uac1.0/p_srate': '48000',
  'functions/uac1.0/p_ssize': '2',
  'functions/uac1.0/c_chmask': '0',
};

/**
 * A USB microphone without USB: the kernel's gadget at the other end of a host controller that is none
 * (Documentation/usb/gadget_configfs.rst, drivers/usb/gadget/udc/dummy_hcd.c). It is found, named and told apart like any
 * other; sound does not pass, for that controller has no isochronous transfers.
 */
class VirtualMicrophone {
  readonly #folder: string;
  readonly #controller: string;

  private constructor(folder: string, controller: string) {
    this.#folder = folder;
    this.#controller = controller;
  }

  static async open(bench: Bench, number: number): Promise<VirtualMicrophone> {
    const folder = `${GADGETS}/pipit${number}`;
    await mkdir(folder);
    const microphone = new VirtualMicrophone(folder, `dummy_udc.${number}`);
    bench.stack.defer(() => microphone.#remove());
    await writeFile(join(folder, 'idVendor'), VENDOR);
    await writeFile(join(folder, 'idProduct'), PRODUCT);
    for (const part of ['strings/0x409', 'functions/uac1.0', 'configs/c.1']) await mkdir(join(folder, part));
    for (const [file, text] of Object.entries(FILES)) await writeFile(join(folder, file), text);
    await symlink(join(folder, 'functions/uac1.0'), join(folder, 'configs/c.1/uac1.0'));
    return microphone;
  }

  async plugIn(): Promise<void> {
    await writeFile(join(this.#folder, 'UDC'), this.#controller);
  }

  async unplug(): Promise<void> {
    await writeFile(join(this.#folder, 'UDC'), '\n');
  }

  async #remove(): Promise<void> {
    await this.unplug().catch(() => {});
    await unlink(join(this.#folder, 'configs/c.1/uac1.0')).catch(() => {});
    for (const part of ['configs/c.1', 'functions/uac1.0', 'strings/0x409']) {
      await rmdir(join(this.#folder, part)).catch(() => {});
    }
    await rmdir(this.#folder);
  }
}

/** Two ports, with nothing in them. */
async function virtualPorts(bench: Bench): Promise<void> {
  await program('modprobe', ['-r', 'dummy_hcd']);
  await must('modprobe', ['dummy_hcd', 'num=2', 'is_high_speed=1']);
  bench.stack.defer(async () => {
    for (const name of ['usb_f_uac1', 'u_audio', 'libcomposite', 'dummy_hcd']) await program('modprobe', ['-r', name]);
  });
  await must('modprobe', ['usb_f_uac1']);
  await program('mount', ['-t', 'configfs', 'configfs', '/sys/kernel/config']);
  await until('gadgets can be made', () => readdir(GADGETS).catch(() => undefined));
}

async function usbCards(count: number): Promise<CaptureDevice[]> {
  return await until(`${count} USB microphones are there`, async () => {
    const found = (await listDevices()).filter(({ usbId }) => usbId === '1d6b:0101');
    return found.length === count ? found : undefined;
  });
}

export const usbTests: readonly HardwareTest[] = [
  {
    about: 'usb',
    name: 'two USB microphones of one model are found by their ports, however they are numbered',
    needs: [ROOT, OWN_MACHINE, kernelModule('dummy_hcd'), kernelModule('usb_f_uac1'), kernelModule('snd-usb-audio')],
    needsRest: true,
    async run(bench) {
      await virtualPorts(bench);
      const [first, second] = [await VirtualMicrophone.open(bench, 0), await VirtualMicrophone.open(bench, 1)];
      await first.plugIn();
      const [only] = await usbCards(1);
      await second.plugIn();
      const both = await usbCards(2);
      bench.note(both.map(({ cardId, usbPath, name }) => `${cardId} at ${usbPath}: ${name}`).join('; '));
      const other = both.find(({ usbPath }) => usbPath !== only?.usbPath);
      if (only?.usbPath === undefined || other?.usbPath === undefined) throw new Error('a port has no name');
      if (only.cardId === other.cardId) throw new Error(`both are called ${only.cardId}`);
      // The other way round: the kernel gives the first name to whoever comes first.
      await first.unplug();
      await second.unplug();
      await usbCards(0);
      await second.plugIn();
      await usbCards(1);
      await first.plugIn();
      const again = await usbCards(2);
      bench.note(`the other way round: ${again.map(({ cardId, usbPath }) => `${cardId} at ${usbPath}`).join('; ')}`);
      for (const { usbPath } of [only, other]) {
        const { device } = resolveDevice(`usb-path:${usbPath}`, again);
        if (device.usbPath !== usbPath) throw new Error(`usb-path:${usbPath} leads to ${device.usbPath}`);
      }
      const now = again.find(({ usbPath }) => usbPath === only.usbPath);
      if (now?.cardId === only.cardId) bench.note('the kernel kept the names this time');
    },
  },
];
