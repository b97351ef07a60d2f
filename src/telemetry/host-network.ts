import type { Clock } from '../core/clock.ts';
import type { HostNetwork } from '../core/host-network.ts';
import { HOST_ROOTS, type HostRoots, listHostFiles, readHostFile } from './host-files.ts';
import { readDefaultInterface } from './host-route.ts';
import { HostWifi } from './host-wifi.ts';
import { Repeated } from './repeated.ts';

export interface HostNetworkSamplerDeps {
  readonly clock: Clock;
}

export interface HostNetworkSamplerOptions {
  /** Between two samples. */
  readonly intervalMs: number;
  /** The machine's own when left out. */
  readonly roots?: HostRoots;
}

/** What the kernel calls an interface that speaks Ethernet's frames (ARPHRD_ETHER). */
const ETHER = '1';
/** Those that speak them and are something else: a modem, a tunnel, a link to a phone. */
const NO_CABLE = /^DEVTYPE=(wwan|wireguard|vxlan|geneve|gretap|bluetooth|ppp)$/m;
const NONE: HostNetwork = { type: 'none', interface: '', ratedMbps: undefined, signalDbm: undefined };

/** Looks every now and then how the machine is connected; it changes when a cable is pulled. */
export class HostNetworkSampler {
  readonly #roots: HostRoots;
  readonly #wifi: HostWifi;
  #network = NONE;
  readonly #sampling: Repeated;

  constructor({ clock }: HostNetworkSamplerDeps, { intervalMs, roots = HOST_ROOTS }: HostNetworkSamplerOptions) {
    this.#roots = roots;
    this.#wifi = new HostWifi(clock, roots);
    this.#sampling = new Repeated(clock, intervalMs, async (signal) => {
      this.#network = await this.#read(signal);
    });
  }

  /** The last sample; `none` before the first. */
  get network(): HostNetwork {
    return this.#network;
  }

  /** Samples until `signal` aborts. A second call does nothing. */
  start(signal: AbortSignal): void {
    this.#sampling.start(signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#sampling[Symbol.asyncDispose]();
  }

  async #read(signal: AbortSignal): Promise<HostNetwork> {
    const name = await readDefaultInterface(this.#roots.proc);
    if (name === undefined) return { ...NONE };
    const folder = `${this.#roots.sys}/class/net/${name}`;
    const entries = await listHostFiles(folder);
    if (entries.includes('wireless') || entries.includes('phy80211')) {
      return { type: 'wifi', interface: name, ...(await this.#wifi.read(name, signal)) };
    }
    const isEther = (await readHostFile(`${folder}/type`)) === ETHER;
    const isCable = isEther && !NO_CABLE.test((await readHostFile(`${folder}/uevent`)) ?? '');
    // -1, or no answer at all, while there is no cable and where the driver does not know.
    const speed = Number((await readHostFile(`${folder}/speed`)) ?? -1);
    const ratedMbps = speed > 0 ? speed : undefined;
    return { type: isCable ? 'ethernet' : 'other', interface: name, ratedMbps, signalDbm: undefined };
  }
}
