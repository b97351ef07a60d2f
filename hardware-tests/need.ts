import { access, constants, readdir } from 'node:fs/promises';
import { listCameras } from '../src/capture/camera/camera-devices.ts';
import { type CaptureDevice, listDevices } from '../src/capture/devices.ts';
import { readHostIdentity } from '../src/telemetry/host-identity.ts';
import { program } from './program.ts';

/** Something that a test cannot do without. */
export interface Need {
  /** @returns why it is not there; undefined when it is */
  missing(): Promise<string | undefined>;
}

/** Run by root. */
export const ROOT: Need = {
  missing: async () => (process.getuid?.() === 0 ? undefined : 'takes root'),
};

/**
 * A machine that is there for Pipit: where it is installed. Elsewhere somebody works, whose clock and devices are not for
 * tests to play with.
 */
export const OWN_MACHINE: Need = {
  async missing() {
    if (process.env['PIPIT_SELF_TEST_HERE'] === 'yes') return undefined;
    const why = await path('/usr/lib/pipit').missing();
    return why === undefined ? undefined : 'Pipit is not installed here; PIPIT_SELF_TEST_HERE=yes tests all the same';
  },
};

/** A system that is Pipit's as a whole, not one that it was installed on. */
export const IMAGE: Need = {
  missing: async () =>
    (await path('/usr/lib/pipit-image').missing()) === undefined ? undefined : "this system is not Pipit's image",
};

/** A module of the kernel that is there to be loaded, or is built in. */
export function kernelModule(name: string): Need {
  return {
    async missing() {
      const { code } = await program('modprobe', ['--dry-run', '--quiet', name]).catch(() => ({ code: 1 }));
      return code === 0 ? undefined : `the kernel has no module ${name}`;
    },
  };
}

/** A program on PATH. */
export function installed(name: string): Need {
  return {
    async missing() {
      for (const folder of (process.env['PATH'] ?? '').split(':')) {
        const isThere = await access(`${folder}/${name}`, constants.X_OK).then(
          () => true,
          () => false,
        );
        if (isThere) return undefined;
      }
      return `${name} is not installed`;
    },
  };
}

/** A file or device. */
export function path(name: string): Need {
  return {
    missing: () =>
      access(name).then(
        () => undefined,
        () => `there is no ${name}`,
      ),
  };
}

/** A unit of systemd that runs. */
export function unit(name: string): Need {
  return {
    async missing() {
      const { out } = await program('systemctl', ['is-active', name]).catch(() => ({ out: 'no systemd' }));
      return out.trim() === 'active' ? undefined : `${name} does not run here (${out.trim() || 'unknown'})`;
    },
  };
}

/** A Raspberry Pi, by its device tree. */
export const RASPBERRY_PI: Need = {
  async missing() {
    const { model } = await readHostIdentity();
    return model.startsWith('Raspberry Pi') ? undefined : `not a Raspberry Pi${model === '' ? '' : ` but ${model}`}`;
  },
};

/** At least so many real microphones or sound cards. */
export function microphones(count: number): Need {
  return {
    async missing() {
      const real = realCards(await listDevices());
      return real.length >= count ? undefined : `${real.length} sound cards are plugged in, it takes ${count}`;
    },
  };
}

/** Two USB sound cards that only their ports tell apart. */
export const TWIN_CARDS: Need = {
  missing: async () =>
    twinCards(await listDevices()).length > 0 ? undefined : 'no two USB sound cards of one model are plugged in',
};

/** The first device of each card that tests have not made: what else a card has, such as a digital input, may be silent. */
export function realCards(devices: readonly CaptureDevice[]): CaptureDevice[] {
  const real = devices.filter(({ cardId }) => !VIRTUAL_CARD.test(cardId));
  return real.filter(({ card }, i) => real.findIndex((each) => each.card === card) === i);
}

/** Cards on USB of which there is another of the same model. */
export function twinCards(devices: readonly CaptureDevice[]): CaptureDevice[] {
  const usb = realCards(devices).filter(({ usbPath, usbId }) => usbPath !== undefined && usbId !== undefined);
  return usb.filter((one) => usb.some((other) => other.card !== one.card && other.usbId === one.usbId));
}

/** A real camera. */
export const CAMERA: Need = {
  async missing() {
    const { v4l2, csi } = await listCameras();
    const real = v4l2.filter(({ name }) => !VIRTUAL_CAMERA.test(name));
    return real.length + csi.length > 0 ? undefined : 'no camera is plugged in';
  },
};

/** At least so many Wi-Fi radios. */
export function radios(count: number): Need {
  return {
    async missing() {
      const names = await readdir('/sys/class/ieee80211').catch(() => []);
      return names.length >= count ? undefined : `${names.length} Wi-Fi radios are there, it takes ${count}`;
    },
  };
}

/** Devices that tests make. */
export const VIRTUAL_CAMERA = /^vivid/;
export const VIRTUAL_CARD = /^(?:Loopback|pipit_test|UAC1Gadget|UAC2Gadget)/;
