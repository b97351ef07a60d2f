import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket, Socket as TcpSocket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Bench } from './hardware-test.ts';
import { makeOwn } from './own-module.ts';
import { must, program } from './program.ts';
import { answerControl } from './usb-descriptors.ts';
import { type Submitted, UsbIpDevice } from './usb-ip.ts';

const CONTROLLER = '/sys/devices/platform/vhci_hcd.0';
/** `enum usb_device_speed`. */
const FULL_SPEED = 2;
/** `VDEV_ST_NULL`: nothing is in the port. */
const FREE = 4;
const RATE = 48_000;
/** A millisecond of one channel. */
const PACKET_BYTES = 96;
/** -12 dBFS. */
const AMPLITUDE = 8_192;
/** So much may a machine that was busy catch up with. */
const CATCH_UP_MS = 500;
/** The kernel asks a thousand times a second, a dozen times ahead: half of that is answered at once. */
const ANSWER_MS = 6;
const EPIPE = -32;

/**
 * A USB microphone that hears a tone: plugged into the kernel's virtual host controller (vhci_hcd, Documentation/usb/usbip),
 * it is a device like any other for everything above. All of them say that they are the same model.
 */
export class UsbMicrophone {
  readonly #port: number;
  /** A second of what it hears, and where in it the next packet begins. */
  #second: Buffer;
  #at = 0;
  /** When the next packet is due, one a millisecond. */
  #dueMs = 0;
  #waiting: Submitted[] = [];
  #timer: NodeJS.Timeout | undefined;
  #device: UsbIpDevice | undefined;
  #kernelEnd: Socket | undefined;

  /**
   * @param port of the hub, from 0
   * @param hz a whole number: then a second of it follows itself without a seam
   */
  constructor(bench: Bench, port: number, hz: number) {
    this.#port = port;
    this.#second = secondOf(hz);
    bench.stack.defer(() => this.unplug());
  }

  /** What it hears from now on. */
  set hz(hz: number) {
    this.#second = secondOf(hz);
  }

  async plugIn(): Promise<void> {
    const [ours, kernels] = await pairOfSockets();
    this.#kernelEnd = kernels;
    this.#dueMs = 0;
    this.#device = new UsbIpDevice(ours, (submitted) => this.#answer(submitted));
    this.#timer = setInterval(() => this.#deliver(), ANSWER_MS);
    const id = (1 << 16) | (this.#port + 2);
    await freePort(this.#port);
    await writeFile(`${CONTROLLER}/attach`, `${this.#port} ${fdOf(kernels)} ${id} ${FULL_SPEED}`);
  }

  async unplug(): Promise<void> {
    if (this.#device === undefined) return;
    clearInterval(this.#timer);
    this.#waiting = [];
    this.#device[Symbol.dispose]();
    this.#device = undefined;
    await writeFile(`${CONTROLLER}/detach`, `${this.#port}`).catch(() => {});
    this.#kernelEnd?.destroy();
  }

  #answer(submitted: Submitted): void {
    if (submitted.packets === 0) {
      const data = answerControl(submitted.setup);
      if (data === undefined) submitted.answer(EPIPE, Buffer.alloc(0));
      else submitted.answer(0, data.subarray(0, submitted.length));
      return;
    }
    this.#waiting.push(submitted);
  }

  /** Sound comes in real time, a packet a millisecond, whenever it is asked for. */
  #deliver(): void {
    const nowMs = performance.now();
    this.#dueMs = Math.max(this.#dueMs, nowMs - CATCH_UP_MS);
    const due: Submitted[] = [];
    for (const submitted of this.#waiting) {
      if (this.#dueMs + submitted.packets > nowMs) break;
      this.#dueMs += submitted.packets;
      due.push(submitted);
    }
    this.#waiting.splice(0, due.length);
    this.#device?.together(() => {
      for (const { packets, answer } of due) answer(0, this.#sound(packets));
    });
    // Nobody records: time that passes is no sound that is owed.
    if (this.#waiting.length === 0 && due.length === 0) this.#dueMs = nowMs;
  }

  #sound(packets: number): Buffer {
    const bytes = Buffer.allocUnsafe(packets * PACKET_BYTES);
    for (let at = 0; at < bytes.length; at += PACKET_BYTES) {
      this.#second.copy(bytes, at, this.#at, this.#at + PACKET_BYTES);
      this.#at = (this.#at + PACKET_BYTES) % this.#second.length;
    }
    return bytes;
  }
}

/** Loads the controller; what is plugged in goes with the end of the test. */
export async function usbPorts(bench: Bench): Promise<void> {
  makeOwn(bench, 'vhci-hcd');
  // Before it is loaded: a run that is ended meanwhile leaves nothing behind.
  bench.stack.defer(async () => {
    await program('modprobe', ['-r', 'vhci-hcd']);
  });
  await must('modprobe', ['vhci-hcd']);
  await must('modprobe', ['snd-usb-audio']);
}

/** A port that somebody was pulled out of is free a moment later. */
async function freePort(port: number): Promise<void> {
  const isFree = async (): Promise<boolean> => {
    const text = await readFile(`${CONTROLLER}/status`, 'utf8');
    const line = text.split('\n').find((each) => each.startsWith(`hs  ${String(port).padStart(4, '0')} `));
    return Number(line?.split(/\s+/)[2]) === FREE;
  };
  for (let tries = 0; !(await isFree()); tries += 1) {
    if (tries > 50) throw new Error(`something is in port ${port} of the virtual hub`);
    await pause(200);
  }
}

/** Two ends of a connection; nothing reads from the second. */
async function pairOfSockets(): Promise<[Socket, Socket]> {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ours = new TcpSocket().connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[kernels]] = (await Promise.all([once(server, 'connection'), once(ours, 'connect')])) as [[Socket], unknown];
  server.close();
  return [ours, kernels];
}

/** The kernel takes a socket by its number, which Node does not tell otherwise. */
function fdOf(socket: Socket): number {
  return (socket as unknown as { readonly _handle: { readonly fd: number } })._handle.fd;
}

function secondOf(hz: number): Buffer {
  const samples = Int16Array.from({ length: RATE }, (_, i) => AMPLITUDE * Math.sin((2 * Math.PI * hz * i) / RATE));
  return Buffer.from(samples.buffer);
}
