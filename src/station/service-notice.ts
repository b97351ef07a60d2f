import { write } from 'node:fs';
import type { Clock, Timer } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { type BeatingStation, SoundPulse } from './sound-pulse.ts';

/** A station as the service manager is told of it. */
export interface NoticedStation extends BeatingStation {
  readonly mounts: ReadonlyMap<string, NoticedMount>;
}

type NoticedMount =
  BeatingStation['mounts'] extends ReadonlyMap<string, infer M>
    ? M & { readonly broadcaster: { readonly listenerCount: number } }
    : never;

export interface ServiceNoticeDeps {
  readonly clock: Clock;
  readonly log: Log;
  /** The station that is to run now. */
  readonly present: () => NoticedStation;
}

/** The first file descriptor that systemd hands over: sd_listen_fds(3). */
const FIRST_FD = 3;
/** As OpenFile= in pipit.service names it. */
const NAME = 'notify';
/** So often at least, the status line is looked at. */
const LONGEST_BEAT_MS = 20_000;
/** How long the station may take to stop and start again. */
const AWAY_MS = 60_000;

/**
 * Tells systemd how the service is: that it is ready, what it does, that it goes well (sd_notify(3)). The socket comes
 * connected from systemd (OpenFile= of systemd.service(5)), since Node opens no datagram sockets of the file system:
 * a write is a message, and nothing has to be started for it.
 *
 * The watchdog is fed while the event loop turns and sound is made; see SoundPulse.
 */
export class ServiceNotice implements Disposable {
  readonly #deps: ServiceNoticeDeps;
  readonly #fd: number;
  readonly #beatMs: number;
  #station: NoticedStation | undefined;
  #pulse: SoundPulse | undefined;
  #seenUs = 0;
  #status = '';
  #timer: Timer | undefined;

  /**
   * @param environment what systemd has set there for this process is taken out: it is not for programs that are started
   * @returns undefined when no service manager wants to know
   */
  static open(deps: ServiceNoticeDeps, environment: NodeJS.ProcessEnv): ServiceNotice | undefined {
    const { LISTEN_FDNAMES = '', LISTEN_PID, WATCHDOG_USEC = '' } = environment;
    for (const name of [
      'LISTEN_FDS',
      'LISTEN_FDNAMES',
      'LISTEN_PID',
      'NOTIFY_SOCKET',
      'WATCHDOG_PID',
      'WATCHDOG_USEC',
    ]) {
      delete environment[name];
    }
    const at = LISTEN_FDNAMES.split(':').indexOf(NAME);
    if (at < 0 || LISTEN_PID !== String(process.pid)) return undefined;
    // A third: two may come late. See sd_watchdog_enabled(3).
    const thirdMs = Number(WATCHDOG_USEC) / 3_000 || LONGEST_BEAT_MS;
    return new ServiceNotice(deps, FIRST_FD + at, Math.min(thirdMs, LONGEST_BEAT_MS));
  }

  private constructor(deps: ServiceNoticeDeps, fd: number, beatMs: number) {
    this.#deps = deps;
    this.#fd = fd;
    this.#beatMs = beatMs;
  }

  /** Its ports are open: it can be listened to. Again for each station that follows. */
  ready(station: NoticedStation): void {
    this.#station = station;
    this.#pulse = new SoundPulse(this.#deps, station);
    this.#tell('READY=1');
    this.#timer?.cancel();
    this.#beat();
  }

  /** It is about to end. */
  stopping(): void {
    this[Symbol.dispose]();
    this.#tell('STOPPING=1');
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
  }

  #beat(): void {
    const trouble = this.#trouble();
    if (trouble === undefined) this.#tell('WATCHDOG=1');
    else this.#deps.log.error(`${trouble}: if this goes on, systemd starts Pipit again`);
    const status = trouble ?? this.#summary();
    if (status !== this.#status) this.#tell(`STATUS=${status}`);
    this.#status = status;
    this.#timer = this.#deps.clock.after(this.#beatMs, () => this.#beat());
  }

  #trouble(): string | undefined {
    const { clock, present } = this.#deps;
    const nowUs = clock.nowUs();
    if (present() === this.#station) {
      this.#seenUs = nowUs;
      return this.#pulse?.stillSince();
    }
    return nowUs - this.#seenUs > AWAY_MS * 1000 ? 'the station does not start again' : undefined;
  }

  #summary(): string {
    const mounts = [...(this.#station?.mounts.values() ?? [])];
    return mounts
      .map(({ path, activeSource, broadcaster }) => {
        const source = activeSource === undefined ? 'no source' : `source "${activeSource}"`;
        return `${path}: ${source}, ${broadcaster.listenerCount} listening`;
      })
      .join('; ')
      .slice(0, 500);
  }

  #tell(lines: string): void {
    // A message that is not taken is one of those that systemd does without.
    write(this.#fd, `${lines}\n`, () => {});
  }
}
