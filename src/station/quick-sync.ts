import type { ChangeGate } from '../access/change-gate.ts';
import { describeAgent } from '../access/device-agent.ts';
import { DeviceChangePace } from '../access/device-change-pace.ts';
import { identify } from '../access/device-identity.ts';
import type { Settings } from '../config/settings.ts';
import type { Clock } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import type { HostLoad } from '../core/host-load.ts';
import type { Log } from '../core/log.ts';
import type { Preferences } from '../core/preferences.ts';
import type { QualityLevel } from '../core/quality-level.ts';
import { PROFILE_CAPS } from '../core/quick-sync-settings.ts';
import type { RequestHead } from '../core/request-head.ts';
import { DevicePreferences } from '../history/device-preferences.ts';
import type { HistoryLink } from '../history/history-link.ts';
import type { QualityChoice } from '../outputs/quality-choice.ts';
import { SpeedTest } from '../outputs/speed-test.ts';
import { TransmitQueues, type TransmitQueuesOptions } from '../outputs/transmit-queue.ts';
import { asHeard } from '../quality/as-heard.ts';
import { type Decision, decide } from '../quality/decision.ts';
import { LinkBook } from '../quality/link-book.ts';
import { ListenerLoop } from '../quality/listener-loop.ts';
import type { ListenerBelief } from '../quality/listener-sight.ts';
import { presetsAnswer } from '../quality/presets.ts';
import type { SteeringReport } from '../quality/steered-listener.ts';
import type { BoxAllowance } from '../quality/steering.ts';
import { HostNetworkSampler } from '../telemetry/host-network.ts';
import { SocketFacts } from '../telemetry/socket-facts.ts';
import { UplinkTest } from '../telemetry/uplink-test.ts';
import type { QuickSyncDeps as QuickSyncApi, QuickSyncClient, QuickSyncSight } from '../web/quick-sync-deps.ts';
import { RememberedLinkTests } from './link-tests.ts';
import { ListeningQuality } from './listening-quality.ts';
import { RememberedUplink } from './remembered-uplink.ts';

export interface QuickSyncDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  readonly box: BoxAllowance;
  readonly hostLoad: () => HostLoad;
  readonly gate: ChangeGate;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
  readonly wallTime: () => Date;
  /** Where it is kept what devices wish for. */
  readonly history: HistoryLink;
}

/**
 * Looks at what has arrived: so often while all is well, at most this part of the time, and for so long more often when
 * something must be found out about somebody.
 */
const LOOKS: TransmitQueuesOptions = { intervalMs: 1_000, maxShare: 0.02, savedMs: 5_000 };
/** The same, while a link is tested. */
const TEST_LOOKS: TransmitQueuesOptions = { intervalMs: 5, maxShare: 0.2, savedMs: 100 };
const NETWORK_SAMPLE_MS = 30_000;
/** A card may take longer to tell what devices wish for: then listeners come before that is known. */
const LOAD_MS = 2_000;

/**
 * Quick Sync as a whole: what listeners begin with, the loop that follows them, what is known of their links, what their
 * devices wish for, and the API to all that.
 */
export class QuickSync implements AsyncDisposable {
  readonly choice: QualityChoice;
  readonly api: QuickSyncApi;
  readonly #deps: QuickSyncDeps;
  readonly #settings: () => Settings;
  readonly #book: LinkBook;
  readonly #loop: ListenerLoop;
  readonly #devices: DevicePreferences;
  readonly #network: HostNetworkSampler;
  readonly #facts: SocketFacts;
  readonly #speedTest: SpeedTest;
  readonly #stop = new AbortController();

  /** @param settings as they are now */
  constructor(deps: QuickSyncDeps, settings: () => Settings) {
    const { clock, counters, box, wallTime, history } = deps;
    this.#deps = deps;
    this.#settings = settings;
    this.#book = new LinkBook({ clock });
    this.#devices = new DevicePreferences({ desk: history, wallTime });
    this.#network = new HostNetworkSampler({ clock }, { intervalMs: NETWORK_SAMPLE_MS });
    this.#facts = new SocketFacts({ clock });
    this.#speedTest = new SpeedTest(
      { clock, queues: new TransmitQueues({ clock }, TEST_LOOKS) },
      { timeoutMs: settings().quickSync.testTimeoutMs },
    );
    const queues = new TransmitQueues({ clock }, LOOKS);
    this.#loop = new ListenerLoop(
      {
        clock,
        counters,
        box,
        lookEvery: (ms, share) => queues.every(ms, share),
        noteLink: (address, kbps, isLowerBound) => this.#book.noteStream(address, kbps, isLowerBound),
      },
      () => ({ quickSync: settings().quickSync, stallTimeoutMs: settings().broadcaster.stallTimeoutMs }),
    );
    this.choice = new ListeningQuality(
      {
        loop: this.#loop,
        queues,
        preferencesOf: (head) => this.#preferencesOf(head),
        linkOf: (address) => this.#book.of(address),
        decide: (mbps, preferences) => this.#decide(mbps, preferences),
        allowed: (codec) => box.allowed(codec),
        factsOf: ({ remoteAddress, remotePort }) =>
          remoteAddress === undefined || remotePort === undefined
            ? () => undefined
            : this.#facts.tellerOf(remoteAddress, remotePort),
      },
      () => {
        const { quickSync, broadcaster, encoder } = settings();
        const { burstSeconds, maxBurstSeconds } = broadcaster;
        return { quickSync, burstSeconds, maxBurstSeconds, defaultRung: encoder.defaultRung };
      },
    );
    this.api = this.#openApi();
  }

  /** What devices wish for. */
  get devices(): DevicePreferences {
    return this.#devices;
  }

  /** Reads what is kept, when the history has been started. */
  async open(): Promise<void> {
    this.#network.start(this.#stop.signal);
    const { history, pause } = this.#deps;
    // Whenever the file is opened anew, too: it may be another one.
    history.onOpen = () => void this.#devices.load();
    await Promise.race([this.#devices.load(), pause(LOAD_MS)]);
  }

  /** Listeners come to that port. */
  listenersAt(port: number): void {
    this.#facts.start(port, this.#stop.signal);
  }

  /** Takes changed settings over. */
  configure(): void {
    this.#loop.configure();
    this.#speedTest.configure({ timeoutMs: this.#settings().quickSync.testTimeoutMs });
  }

  /** What is believed of a listener, by its number. */
  beliefOf(id: number): ListenerBelief | undefined {
    return this.#loop.beliefOf(id);
  }

  /** What is known of a listener, by its number. */
  steeringOf(id: number): SteeringReport | undefined {
    return this.#loop.reportOf(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#loop[Symbol.dispose]();
    this.#facts[Symbol.dispose]();
    await this.#network[Symbol.asyncDispose]();
  }

  #openApi(): QuickSyncApi {
    const { clock, log, gate, pause, wallTime } = this.#deps;
    const { signal } = this.#stop;
    const urls = (): readonly string[] => this.#settings().quickSync.testUrls;
    const uplink = new RememberedUplink({ clock, test: new UplinkTest({ clock }), urls, signal });
    return {
      log,
      gate,
      pause,
      wallTime,
      pace: new DeviceChangePace({ clock }),
      devices: this.#devices,
      sight: (client) => this.#sight(client),
      recommended: ({ address, deviceKey }) => {
        const preferences = { ...this.#devices.of(deviceKey), mode: 'auto' as const };
        return this.#decide(this.#book.of(address).mbps, preferences).level as QualityLevel;
      },
      presets: () => presetsAnswer(this.#settings().quickSync),
      tests: new RememberedLinkTests({ book: this.#book, test: this.#speedTest, onTested: () => void uplink.renew() }),
      network: () => this.#network.network,
      listeners: ({ address }) => this.#loop.reportsOf(address),
      preferredCodec: () => PROFILE_CAPS[this.#settings().quickSync.profile].codec,
      uplink: () => uplink.knowledge,
    };
  }

  #sight({ address, deviceKey }: QuickSyncClient): QuickSyncSight {
    const link = this.#book.of(address);
    const decision = this.#decide(link.mbps, this.#devices.of(deviceKey));
    const heard = this.#loop.reportsOf(address).findLast(({ quality }) => quality === 'auto');
    return {
      link,
      host: this.#deps.hostLoad(),
      decision: asHeard(decision, link.mbps, heard, this.#settings().quickSync),
    };
  }

  #preferencesOf({ headers }: RequestHead): Preferences {
    const device = identify(headers.get('cookie'), headers.get('x-device-id'));
    if (typeof device !== 'object') return this.#devices.of(undefined);
    this.#devices.seen(device.key, describeAgent(headers.get('user-agent')));
    return this.#devices.of(device.key);
  }

  #decide(speedMbps: number, preferences: Preferences): Decision {
    const { box, hostLoad } = this.#deps;
    const { quickSync } = this.#settings();
    return decide({ speedMbps, preferences, host: hostLoad(), settings: quickSync, boxKbps: box.boxKbps });
  }
}
