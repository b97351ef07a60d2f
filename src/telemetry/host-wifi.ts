import type { Clock } from '../core/clock.ts';
import type { HostNetwork } from '../core/host-network.ts';
import { type HostRoots, readHostFile } from './host-files.ts';
import { HostProgram } from './host-program.ts';

type Wifi = Pick<HostNetwork, 'ratedMbps' | 'signalDbm'>;

/** The file is read each time; the program is started no more often than this. */
const ASK_EVERY_US = 30_000_000;
const UNKNOWN: Wifi = { ratedMbps: undefined, signalDbm: undefined };

/** How strong a Wi-Fi interface hears its access point, and what it sends to it with. */
export class HostWifi {
  readonly #clock: Clock;
  readonly #proc: string;
  readonly #iw: HostProgram;
  #interface = '';
  #askedUs = 0;
  #answer = UNKNOWN;

  constructor(clock: Clock, roots: HostRoots) {
    this.#clock = clock;
    this.#proc = roots.proc;
    this.#iw = new HostProgram('iw', { path: roots.path });
  }

  async read(name: string, signal: AbortSignal): Promise<Wifi> {
    const answer = await this.#ask(name, signal);
    const signalDbm = signalOf(await readHostFile(`${this.#proc}/net/wireless`), name);
    return { ratedMbps: answer.ratedMbps, signalDbm: signalDbm ?? answer.signalDbm };
  }

  async #ask(name: string, signal: AbortSignal): Promise<Wifi> {
    const nowUs = this.#clock.nowUs();
    if (name === this.#interface && nowUs - this.#askedUs < ASK_EVERY_US) return this.#answer;
    this.#interface = name;
    this.#askedUs = nowUs;
    const text = (await this.#iw.ask(['dev', name, 'link'], signal)) ?? '';
    this.#answer = {
      ratedMbps: numberOf(/^\s*tx bitrate: (\d+(?:\.\d+)?) MBit\/s/m.exec(text)),
      signalDbm: dbmOf(numberOf(/^\s*signal: (-\d+) dBm/m.exec(text))),
    };
    return this.#answer;
  }
}

/**
 * `wlan0: 0000   58.  -52.  -256        0 …`: status, link quality, level, noise (proc_net_wireless of Wireless
 * Extensions; kernels without them have no such file).
 */
function signalOf(text: string | undefined, name: string): number | undefined {
  for (const line of (text ?? '').split('\n')) {
    const [first, , , level = ''] = line.trim().split(/\s+/);
    if (first === `${name}:`) return dbmOf(Number.parseFloat(level));
  }
  return undefined;
}

/** Some drivers give the byte as it is, without its sign; some something else altogether. */
function dbmOf(level: number | undefined): number | undefined {
  if (level === undefined || Number.isNaN(level)) return undefined;
  const dbm = level > 127 ? level - 256 : level;
  return dbm < 0 && dbm >= -120 ? dbm : undefined;
}

function numberOf(found: RegExpExecArray | null): number | undefined {
  return found === null ? undefined : Number(found[1]);
}
