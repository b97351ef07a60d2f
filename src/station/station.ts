import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { type Clock, sleep } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import { reportOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { RecentLog } from '../core/log-line.ts';
import { StationEvents } from '../core/station-event.ts';
import { mdnsName } from '../hardware/mdns-name.ts';
import { HistoryLink } from '../history/history-link.ts';
import type { Mount } from '../mount/mount.ts';
import { portalFor } from '../onboarding/lead-to-portal.ts';
import { type Muted, MuteState } from '../privacy/mute-state.ts';
import type { EarlyProcess } from '../worker/early-process.ts';
import type { Configuration } from './configuration.ts';
import { fewNames } from './few-names.ts';
import type { RunningSource } from './programme.ts';
import { StationAccess } from './station-access.ts';
import { StationHouse } from './station-house.ts';
import { StationMedia } from './station-media.ts';
import { type StationAddresses, StationPorts } from './station-ports.ts';
import { StationReports } from './station-reports.ts';
import { stationUrls, UrlTeller } from './station-urls.ts';

export interface StationDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly version: string;
  /** Where settings are read, and changed for good. */
  readonly configuration: Configuration;
  /** Ends this station and starts another with the settings of then; resolves when that is under way. */
  readonly restart: () => Promise<void>;
  /** The last lines of `log`. */
  readonly recentLog: RecentLog;
  /** A media worker that loads already. */
  readonly early?: EarlyProcess | undefined;
}

/** What is muted, below the data directory. */
const MUTE_FILE = 'mute.json';
/** What is kept of the past, and what devices wish for. */
const HISTORY_FILE = 'pipit.db';

/**
 * The whole appliance but for the command line: what sounds and shows, who may come, the house around it, and the ports
 * where all of it is to be found.
 */
export class Station {
  readonly #deps: StationDeps;
  readonly #events: StationEvents;
  readonly #mute: MuteState;
  readonly #history: HistoryLink;
  readonly #access: StationAccess;
  readonly #media: StationMedia;
  readonly #reports: StationReports;
  readonly #house: StationHouse;
  readonly #ports: StationPorts;
  readonly #stop = new AbortController();
  #urls: UrlTeller | undefined;
  #settings: Settings;
  #isStopped = false;

  constructor(deps: StationDeps, settings: Settings) {
    const { clock, log, random, version } = deps;
    this.#deps = deps;
    this.#settings = settings;
    const counters = new CounterSet();
    const wallTime = () => new Date();
    const pause = (ms: number) => sleep(clock, ms, this.#stop.signal);
    const present = () => this.#settings;
    this.#events = new StationEvents({
      wallTime,
      onFailure: (error) => log.error(`an event could not be told: ${reportOf(error, 'station.event').message}`),
    });
    this.#mute = new MuteState({ log: log.room('privacy') }, join(settings.dataDir, MUTE_FILE));
    this.#access = new StationAccess({ clock, log, counters, wallTime, pause }, present);
    this.#history = new HistoryLink(
      { clock, log: log.room('history'), counters, random },
      { file: join(settings.dataDir, HISTORY_FILE), maxBytes: settings.history.maxBytes },
    );
    const common = { clock, log, random, counters, wallTime, pause, access: this.#access, history: this.#history };
    this.#media = new StationMedia({ ...common, early: deps.early, archive: () => this.#house.past.archive }, present);
    const parts = { media: this.#media, mute: this.#mute };
    this.#reports = new StationReports({ clock, counters, version, ...parts }, present);
    this.#house = new StationHouse({
      ...common,
      ...parts,
      version,
      events: this.#events,
      settings: present,
      configuration: deps.configuration,
      restart: deps.restart,
      recentLog: deps.recentLog,
      reports: this.#reports,
    });
    this.#ports = new StationPorts(
      {
        clock,
        log,
        counters,
        media: this.#access.media(this.#media.outputs),
        web: this.#access.web(this.#house.web),
        socketDoors: [this.#access.sockets(this.#media.cameraSocket), this.#access.sockets(this.#house.live)],
        sourceMounts: this.#media.programme.sourceMounts,
        elsewhere: portalFor,
      },
      present,
    );
  }

  get settings(): Settings {
    return this.#settings;
  }

  get mounts(): ReadonlyMap<string, Mount> {
    return this.#media.programme.mounts;
  }

  get sources(): readonly RunningSource[] {
    return this.#media.programme.sources;
  }

  /** Names of the cameras; the first is at `/camera.mjpg` as well. */
  get cameraNames(): readonly string[] {
    return this.#media.cameras.map(({ name }) => name);
  }

  /**
   * Opens the ports and starts the sources.
   * @throws NetworkError `station.listen` when the HTTP port can't be had
   */
  async start(): Promise<StationAddresses> {
    // First of all: it makes the directory for all that is kept.
    this.#history.start();
    this.#mute.load();
    this.#mute.onChange = (muted) => this.#applyMute(muted);
    this.#applyMute(this.#mute.muted);
    // Before all that waits for something: processes for sound and picture load beside it.
    this.#media.start();
    await this.#media.quickSync.open();
    await this.#reports.start(this.#stop.signal);
    await this.#access.start();
    const addresses = await this.#ports.open();
    await this.#access.openHttps((socket) => this.#ports.accept(socket));
    this.#access.onClosed(() => this.#ports.dropAll());
    const { host } = this.#settings.server;
    this.#reports.pageUrl = () => stationUrls(host, addresses.listenPort).at(-1) ?? '';
    const { clock, log } = this.#deps;
    // Those of this moment are told by who has started it.
    const told = stationUrls(host, addresses.listenPort);
    this.#urls = new UrlTeller({ clock, log, localName: () => mdnsName() }, host, addresses.listenPort, told);
    this.#urls.start();
    this.#media.quickSync.listenersAt(addresses.listenPort);
    await this.#house.start();
    this.#events.emit('started', '', `Pipit ${this.#deps.version}`);
    return addresses;
  }

  /**
   * Takes other settings over. Only what can change while it runs may differ.
   * @param names what does, dotted
   */
  reload(settings: Settings, names: readonly string[]): void {
    this.#settings = settings;
    this.#media.configure(settings);
    this.#access.configure();
    this.#house.configure();
    this.#events.emit('settings_changed', '', fewNames(names));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#stop.abort();
    this.#urls?.[Symbol.dispose]();
    // What looks on ends first, so that the last of it is kept; who listens hears to the end.
    await this.#media.settle();
    await this.#house[Symbol.asyncDispose]();
    await this.#reports[Symbol.asyncDispose]();
    await this.#history[Symbol.asyncDispose]();
    await this.#house.live[Symbol.asyncDispose]();
    await Promise.all([this.#ports.closeSourcePort(), this.#media[Symbol.asyncDispose]()]);
    await this.#access[Symbol.asyncDispose]();
    await this.#ports[Symbol.asyncDispose]();
  }

  #applyMute(muted: Muted): void {
    const { camera, microphone } = muted;
    this.#media.mute(muted);
    this.#house.mute(muted);
    const what = [...(camera ? ['the camera'] : []), ...(microphone ? ['the microphone'] : [])].join(' and ');
    if (what !== '') this.#deps.log.notice(`${what} ${camera && microphone ? 'are' : 'is'} muted`);
  }
}
