import { setTimeout as pause } from 'node:timers/promises';
import { PipitError, sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Radio } from '../hardware/iwd-access-point.ts';
import type { WifiNetwork } from '../hardware/wifi.ts';
import type { CaptivePortalDeps, CaptivePortalOptions, PortalChoice } from './captive-portal.ts';
import { type Connection, OWN_ADDRESS } from './joined-network.ts';
import type { PortalProblem } from './portal-words.ts';

/** The radio as an access point, and back. */
export interface AccessPoint {
  radio(): Promise<Radio | undefined>;
  /** @throws PipitError */
  open(ssid: string, password: string): Promise<void>;
  /** What is in reach while it is open, where the driver can do both. @throws PipitError */
  scan(): Promise<readonly WifiNetwork[]>;
  /** @throws PipitError */
  close(): Promise<void>;
}

/** The radio as a client. */
export interface WifiClient {
  /** @throws PipitError */
  scan(): Promise<readonly WifiNetwork[]>;
  /** @throws PipitError when it is refused */
  join(ssid: string, password: string): Promise<void>;
}

/** Something that runs while the access point is open. */
interface Service extends AsyncDisposable {
  start(): Promise<unknown>;
}

export interface OnboardingDeps {
  readonly log: Log;
  readonly accessPoint: AccessPoint;
  readonly wifi: WifiClient;
  readonly connection: () => Connection;
  readonly openDns: () => Service;
  readonly openPortal: (
    deps: Omit<CaptivePortalDeps, 'owner'>,
    options: Pick<CaptivePortalOptions, 'ownSsid'>,
  ) => Service;
  /** Addresses that this machine has. */
  readonly addresses: () => readonly string[];
  readonly country: { get(): string; set(code: string): Promise<void> };
  /**
   * For the LED, and for the station, which lets nobody in who comes over the access point. It stands whenever that could
   * be open. @throws PipitError when it can't be set
   */
  readonly sign: (isOpen: boolean) => void;
}

export interface OnboardingOptions {
  readonly password: string;
  /** A cable is no reason to stop: to try it out. */
  readonly ignoresCable: boolean;
  /** So long it is an access point before it looks whether a network that is known is back; five minutes by default. */
  readonly openMs?: number;
}

const OPEN_MS = 300_000;
/** Nobody is interrupted who has looked at the page within so much of that. */
const QUIET_PART = 0.6;
/** So much longer it stays for who looks at the page: whoever keeps asking for it must not keep the network away for ever. */
const PATIENCE = 3;
const LOOK_FOR_KNOWN_MS = 40_000;
const ADDRESS_MS = 30_000;
const OWN_ADDRESS_MS = 15_000;
const STEP_MS = 500;

/**
 * Opens an access point with a page on which a network is chosen, until there is one. The radio is either an access point
 * or a client; so networks are looked for before it opens, and while one is known also every few minutes, when nobody is
 * at the page.
 */
export class Onboarding {
  readonly #deps: OnboardingDeps;
  readonly #options: OnboardingOptions;
  #networks: readonly WifiNetwork[] = [];
  #problem: { readonly what: PortalProblem; readonly ssid: string } | undefined;

  constructor(deps: OnboardingDeps, options: OnboardingOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /**
   * Resolves when there is a network, or no radio, or when aborted: then the radio is a client again.
   * @throws PipitError when the radio can't be an access point
   */
  async run(signal: AbortSignal): Promise<'network' | 'no-radio' | 'aborted'> {
    const { accessPoint, log, sign } = this.#deps;
    const radio = await accessPoint.radio();
    // After a crash it may be an access point still.
    if (radio?.mode === 'ap') await accessPoint.close();
    sign(false);
    if (radio === undefined) return 'no-radio';
    const ssid = accessPointName(radio.address);
    // One that is being joined at this moment is not to be interrupted.
    if (radio.knownNetworks > 0) await this.#until(() => this.#isConnected(), LOOK_FOR_KNOWN_MS, signal);
    while (!signal.aborted) {
      if (this.#isConnected()) return 'network';
      await this.#scan(this.#deps.wifi);
      const end = await this.#beAccessPoint(ssid, signal);
      if (end === 'aborted') break;
      if (end === 'connected') continue;
      if (end === 'rest') {
        log.info('looking whether a network that is known is back');
        await this.#until(() => this.#isConnected(), LOOK_FOR_KNOWN_MS, signal);
      } else await this.#join(end, signal);
    }
    return 'aborted';
  }

  /** Looks until it is so. @returns whether it is */
  async #until(isSo: () => boolean, ms: number, signal: AbortSignal): Promise<boolean> {
    const untilMs = performance.now() + ms;
    while (!isSo()) {
      if (signal.aborted || performance.now() > untilMs) return false;
      await pause(STEP_MS, undefined, { signal }).catch(() => {});
    }
    return true;
  }

  #isConnected(): boolean {
    const { hasCable, hasWifi } = this.#deps.connection();
    return hasWifi || (hasCable && !this.#options.ignoresCable);
  }

  /** What was found before stays when nothing can be found out. */
  async #scan(radio: Pick<WifiClient, 'scan'>): Promise<void> {
    try {
      const found = await radio.scan();
      if (found.length > 0) this.#networks = found;
    } catch (error) {
      if (!(error instanceof PipitError)) throw error;
      this.#deps.log.warning(sentencesOf(error));
    }
  }

  async #beAccessPoint(ssid: string, signal: AbortSignal): Promise<PortalChoice | 'rest' | 'connected' | 'aborted'> {
    const { accessPoint, addresses, log, openDns, openPortal, sign, country } = this.#deps;
    const { openMs = OPEN_MS } = this.#options;
    let choice: PortalChoice | undefined;
    let visitedMs = Number.NEGATIVE_INFINITY;
    const isAnyKnown = ((await accessPoint.radio())?.knownNetworks ?? 0) > 0;
    sign(true);
    try {
      await accessPoint.open(ssid, this.#options.password);
      // Where iwd was started again, it is a client's radio, and its address has gone.
      const isOpen = (): boolean => addresses().includes(OWN_ADDRESS);
      await this.#until(isOpen, OWN_ADDRESS_MS, signal);
      await using dns = openDns();
      await using portal = openPortal(
        {
          networks: () => this.#networks,
          lookAgain: () => this.#scan(accessPoint),
          problem: () => this.#problem,
          country: () => country.get(),
          onVisit: () => {
            visitedMs = performance.now();
          },
          onChoice: (made) => {
            choice = made;
          },
        },
        { ownSsid: ssid },
      );
      await dns.start();
      await portal.start();
      log.notice(`the Wi-Fi ${ssid} is open, with the password ${this.#options.password}`);
      const openedMs = performance.now();
      const mayRest = (): boolean => {
        const nowMs = performance.now();
        if (!isAnyKnown || nowMs - openedMs <= openMs) return false;
        return nowMs - visitedMs > openMs * QUIET_PART || nowMs - openedMs > openMs * PATIENCE;
      };
      await this.#until(
        () => choice !== undefined || this.#isConnected() || mayRest() || !isOpen(),
        Number.POSITIVE_INFINITY,
        signal,
      );
      // The page that tells what comes next is on its way to a phone.
      if (choice !== undefined) await pause(STEP_MS * 2, undefined, { signal }).catch(() => {});
    } finally {
      // Where that fails, it may be open still, and the sign stays.
      await accessPoint.close();
      sign(false);
    }
    if (signal.aborted) return 'aborted';
    return choice ?? (this.#isConnected() ? 'connected' : 'rest');
  }

  async #join({ ssid, password, country }: PortalChoice, signal: AbortSignal): Promise<void> {
    const { log, wifi } = this.#deps;
    if (country !== '') await this.#keepCountry(country);
    log.notice(`joining “${ssid}”`);
    // Until more is known: nobody is to come back to a page that does not say why.
    this.#problem = { what: 'gone', ssid };
    try {
      // The radio has just become a client again and knows of nothing that is in reach.
      const isInReach = (await wifi.scan()).some((network) => network.ssid === ssid);
      if (isInReach) this.#problem = { what: 'refused', ssid };
      await wifi.join(ssid, password);
      this.#problem = { what: 'no-address', ssid };
      if (await this.#until(() => this.#deps.connection().hasWifi, ADDRESS_MS, signal)) this.#problem = undefined;
    } catch (error) {
      if (!(error instanceof PipitError)) throw error;
      log.warning(sentencesOf(error));
    }
  }

  /** A card that is full or broken is no reason not to join. */
  async #keepCountry(code: string): Promise<void> {
    try {
      await this.#deps.country.set(code);
    } catch (error) {
      this.#deps.log.warning(`the country ${code} can not be kept: ${(error as Error).message}`);
    }
  }
}

/** `Pipit-03FA`: of the radio's address, so that two of them have two names. */
export function accessPointName(address: string): string {
  return `Pipit-${address.replaceAll(':', '').slice(-4).toUpperCase()}`;
}
