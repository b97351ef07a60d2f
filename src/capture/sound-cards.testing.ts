import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DeviceRoots } from './devices.ts';

/** A card as the kernel would show it. */
export interface FakeCard {
  readonly id: string;
  readonly name: string;
  readonly driver?: string;
  /** Port, with USB id, as in `1-1.2`. */
  readonly usbPath?: string;
  readonly usbId?: string;
  /** Text of stream0. */
  readonly stream?: string;
  /** Names as in `pcm0c`; `pcm0c` alone when left out. */
  readonly pcms?: readonly string[];
  /** Process that records from pcm0c. */
  readonly ownerPid?: number;
}

/** The kernel's files of the given cards under a temporary directory; `cards` can be changed by `plug`. */
export class FakeCards implements Disposable {
  readonly roots: DeviceRoots;
  readonly #path = mkdtempSync(join(tmpdir(), 'pipit-cards-'));

  constructor(cards: readonly FakeCard[]) {
    this.roots = { procRoot: join(this.#path, 'proc'), sysRoot: join(this.#path, 'sys') };
    this.plug(cards);
  }

  /** From now on these cards are there, numbered in this order. */
  plug(cards: readonly FakeCard[]): void {
    for (const root of Object.values(this.roots)) rmSync(root, { recursive: true, force: true });
    if (cards.length === 0) return;
    const lines = cards.map(
      ({ id, driver = 'USB-Audio', name }, i) =>
        `${i} [${id.padEnd(15)}]: ${driver} - ${name}\n      ${name} at somewhere\n`,
    );
    this.#write('proc/asound/cards', lines.join(''));
    for (const [number, card] of cards.entries()) this.#plugOne(card, number);
  }

  #plugOne({ id, usbPath, usbId, stream, pcms = ['pcm0c'], ownerPid }: FakeCard, number: number): void {
    const card = `proc/asound/card${number}`;
    this.#write(`${card}/id`, `${id}\n`);
    if (usbId !== undefined) this.#write(`${card}/usbid`, `${usbId}\n`);
    if (stream !== undefined) this.#write(`${card}/stream0`, stream);
    for (const pcm of pcms) this.#write(`${card}/${pcm}/sub0/status`, 'closed\n');
    if (ownerPid !== undefined) {
      this.#write(`${card}/pcm0c/sub0/status`, `state: RUNNING\nowner_pid   : ${ownerPid}\ntrigger_time: 12.3\n`);
    }
    const owner = usbPath === undefined ? 'platform/soc/sound' : `usb1/1-1/${usbPath}/${usbPath}:1.0`;
    const device = join(this.#path, 'sys/devices', owner);
    mkdirSync(device, { recursive: true });
    const link = join(this.#path, `sys/class/sound/card${number}/device`);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(device, link);
  }

  [Symbol.dispose](): void {
    rmSync(this.#path, { recursive: true, force: true });
  }

  #write(path: string, text: string): void {
    const whole = join(this.#path, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  }
}

const USB_MIC_STREAM = `Example Maker USB Mic at usb-0000:01:00.0-1.2, full speed : USB Audio

Capture:
  Status: Stop
  Interface 1
    Altset 1
    Format: S16_LE
    Channels: 1
    Endpoint: 0x82 (2 IN) (ASYNC)
    Rates: 44100, 48000
    Bits: 16
    Channel map: MONO
`;

const INTERFACE_STREAM = `Example Interface at usb-0000:01:00.0-1.3, high speed : USB Audio

Playback:
  Status: Stop
  Interface 1
    Altset 1
    Format: S16_LE
    Channels: 2
    Endpoint: 0x01 (1 OUT) (ASYNC)
    Rates: 48000

Capture:
  Status: Running
    Interface = 2
    Altset = 1
    Momentary freq = 48000 Hz (0x6.0000)
  Interface 2
    Altset 1
    Format: S24_3LE
    Channels: 4
    Endpoint: 0x81 (1 IN) (ASYNC)
    Rates: 44100 - 96000 (continuous)
    Data packet interval: 125 us
    Bits: 24
    Channel map: FL FR FC LFE
`;

export const USB_MIC: FakeCard = {
  id: 'Device',
  name: 'USB PnP Sound Device',
  usbPath: '1-1.2',
  usbId: '08bb:2902',
  stream: USB_MIC_STREAM,
};
/** The same model once more: the kernel makes its id unique. */
export const USB_MIC_TWIN: FakeCard = { ...USB_MIC, id: 'Device_1', usbPath: '1-1.4' };
export const USB_INTERFACE: FakeCard = {
  id: 'U4',
  name: 'Example Interface',
  usbPath: '1-1.3',
  usbId: '1234:0004',
  stream: INTERFACE_STREAM,
  pcms: ['pcm0p', 'pcm0c'],
};
export const I2S_HAT: FakeCard = {
  id: 'sndrpigooglevoi',
  name: 'snd_rpi_googlevoicehat_soundcar',
  driver: 'RPi-simple',
};
export const HDMI: FakeCard = { id: 'vc4hdmi0', name: 'vc4-hdmi-0', driver: 'vc4-hdmi', pcms: ['pcm0p'] };
