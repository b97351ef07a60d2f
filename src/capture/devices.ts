import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type CaptureMode, parseCaptureModes } from './capture-modes.ts';
import { mixerPresetOf } from './mixer-presets.ts';

/** Where the kernel tells about sound cards; other than the defaults in tests. */
export interface DeviceRoots {
  readonly procRoot: string;
  readonly sysRoot: string;
}

/** An ALSA capture device. */
export interface CaptureDevice {
  /** Its number at this boot; the next may have another. */
  readonly card: number;
  readonly device: number;
  /** The card's short name, unique among those present: `Device`, and `Device_1` for its twin. */
  readonly cardId: string;
  /** What the maker calls it. */
  readonly name: string;
  /** Where it is plugged in: `1-1.2` is port 2 of the hub at port 1 of bus 1. Undefined for what is not USB. */
  readonly usbPath: string | undefined;
  /** Vendor and product, `08bb:2902`. */
  readonly usbId: string | undefined;
  /** Empty when the kernel does not tell before it is opened. */
  readonly modes: readonly CaptureMode[];
  /** Id of the process that records from it; undefined when it is free. */
  readonly ownerPid: number | undefined;
}

const SYSTEM_ROOTS: DeviceRoots = { procRoot: '/proc', sysRoot: '/sys' };
/** The kernel has no more. */
const MAX_CARDS = 32;
const USB_INTERFACE = /^(\d+-\d+(?:\.\d+)*):\d+\.\d+$/;

/**
 * The capture devices of this machine, those on USB first, then by card number. Empty when there is none, or no
 * sound at all. Reads the kernel's files only: no device is opened.
 */
export async function listDevices(roots: DeviceRoots = SYSTEM_ROOTS): Promise<CaptureDevice[]> {
  const asound = join(roots.procRoot, 'asound');
  const names = cardNames(await textOf(join(asound, 'cards')));
  const cards = (await namesIn(asound)).map((name) => Number(/^card(\d+)$/.exec(name)?.[1] ?? Number.NaN));
  const present = cards.filter((card) => card < MAX_CARDS).sort((a, b) => a - b);
  const devices: CaptureDevice[] = [];
  for (const card of present) devices.push(...(await devicesOf(card, roots, names.get(card))));
  return devices.sort((a, b) => Number(b.usbPath !== undefined) - Number(a.usbPath !== undefined));
}

/** How the configuration names the device so that it is found again after a boot. */
export function stableIdentities(device: CaptureDevice): string[] {
  const suffix = device.device === 0 ? '' : `,DEV=${device.device}`;
  const usb = device.usbPath === undefined ? [] : [`usb-path:${device.usbPath}${suffix}`];
  return [...usb, `card-id:${device.cardId}${suffix}`, hardwareName(device)];
}

/** The device as ALSA names it. */
export function hardwareName(device: Pick<CaptureDevice, 'cardId' | 'device'>): string {
  return `hw:CARD=${device.cardId},DEV=${device.device}`;
}

/** The list as people read it, with the lines to paste into the configuration. */
export function formatDevices(devices: readonly CaptureDevice[]): string {
  if (devices.length === 0) {
    return [
      'No sound card that can record was found.',
      'Plug in a USB microphone and look again; a sound HAT needs its overlay in /boot/firmware/config.txt.',
      '',
    ].join('\n');
  }
  const count = devices.length === 1 ? '1 device that can record' : `${devices.length} devices that can record`;
  return `${count}\n\n${devices.map(paragraph).join('\n')}`;
}

function paragraph(device: CaptureDevice): string {
  const [first = '', ...others] = stableIdentities(device);
  const usb = device.usbPath === undefined ? '' : `, USB ${device.usbId ?? ''} at port ${device.usbPath}`;
  const modes = device.modes.map(
    ({ format, channels, rates }) => `${format}, ${channels} ch, ${rates.map((rate) => rate / 1000).join('/')} kHz`,
  );
  return [
    `${device.name} (card ${device.card}, device ${device.device}${usb})`,
    `    device = "${first}"`,
    ...others.map((other) => `          or "${other}"`),
    ...presetLines(device),
    `    records ${modes.length === 0 ? 'in formats that show when it is opened' : [...new Set(modes)].join('; ')}`,
    ...(device.ownerPid === undefined ? [] : [`    in use by process ${device.ownerPid}`]),
    '',
  ].join('\n');
}

function presetLines(device: CaptureDevice): string[] {
  const preset = mixerPresetOf(device);
  return preset === undefined ? [] : [`    mixer preset: ${preset.name}`];
}

async function devicesOf(card: number, roots: DeviceRoots, name: string | undefined): Promise<CaptureDevice[]> {
  const directory = join(roots.procRoot, 'asound', `card${card}`);
  const numbers = (await namesIn(directory)).flatMap((entry) => {
    const match = /^pcm(\d+)c$/.exec(entry);
    return match === null ? [] : [Number(match[1])];
  });
  if (numbers.length === 0) return [];
  const cardId = (await textOf(join(directory, 'id'))).trim() || String(card);
  const usbId = (await textOf(join(directory, 'usbid'))).trim() || undefined;
  const usbPath = await usbPathOf(card, roots);
  return Promise.all(
    numbers
      .sort((a, b) => a - b)
      .map(async (device) => ({
        card,
        device,
        cardId,
        name: name ?? cardId,
        usbPath,
        usbId,
        modes: parseCaptureModes(await textOf(join(directory, `stream${device}`))),
        ownerPid: await ownerOf(join(directory, `pcm${device}c`)),
      })),
  );
}

/** Long names by card number, out of /proc/asound/cards: `1 [Device ]: USB-Audio - USB PnP Sound Device`. */
function cardNames(text: string): Map<number, string> {
  const lines = text.matchAll(/^\s*(\d+)\s*\[[^\]]*\]:\s*(.*)$/gm);
  return new Map([...lines].map(([, card, rest = '']) => [Number(card), rest.replace(/^.*? - /, '').trim()]));
}

/** The kernel's name of the USB port; the card's device link leads to the interface, `…/1-1.2/1-1.2:1.0`. */
async function usbPathOf(card: number, roots: DeviceRoots): Promise<string | undefined> {
  try {
    const target = await realpath(join(roots.sysRoot, 'class', 'sound', `card${card}`, 'device'));
    return USB_INTERFACE.exec(basename(target))?.[1];
  } catch {
    return undefined;
  }
}

/** Who records, when no substream is free. */
async function ownerOf(directory: string): Promise<number | undefined> {
  let owner: number | undefined;
  for (const entry of await namesIn(directory)) {
    if (!/^sub\d+$/.test(entry)) continue;
    const pid = /^owner_pid\s*:\s*(\d+)/m.exec(await textOf(join(directory, entry, 'status')))?.[1];
    if (pid === undefined) return undefined;
    owner ??= Number(pid);
  }
  return owner;
}

/** Empty when there is no such directory: cards come and go while one looks. */
async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

async function textOf(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
