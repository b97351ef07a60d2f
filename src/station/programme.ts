import type { BroadcasterOptions } from '../broadcast/broadcaster.ts';
import type { BroadcasterSettings, NamedSource, Settings } from '../config/settings.ts';
import type { Clock } from '../core/clock.ts';
import type { CounterSet } from '../core/counters.ts';
import { ConfigError, DeviceError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { SoundCheckReport } from '../core/sound-check.ts';
import { UNTREATED } from '../core/sound-treatment.ts';
import type { SourceSettings } from '../core/source-settings.ts';
import { ClientSource } from '../ingest/client-source.ts';
import type { SourceMounts } from '../ingest/source-mounts.ts';
import { Feed, type FeedEvents } from '../mount/feed.ts';
import { Mount } from '../mount/mount.ts';
import type { EarlyProcess } from '../worker/early-process.ts';
import { SOUND_PROGRAM } from '../worker/sound-program.ts';
import { SourceWorker, type SourceWorkerEvents } from '../worker/source-worker.ts';

export interface ProgrammeDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly counters: CounterSet;
  readonly random: () => number;
  /** A worker that loads already, for the first source. */
  readonly early?: EarlyProcess | undefined;
}

/** A source with what runs it, for reports. */
export interface RunningSource {
  readonly name: string;
  readonly type: SourceSettings['type'];
  readonly feed: Feed;
}

/** All sources and mounts of a station, joined as the configuration says. */
export interface Programme extends AsyncDisposable {
  /** By path. */
  readonly mounts: ReadonlyMap<string, Mount>;
  readonly sources: readonly RunningSource[];
  readonly sourceMounts: SourceMounts;
  /** Takes over how the sound of each source is treated and judged. */
  configure(settings: Settings): void;
  /**
   * Listens to a source for so many seconds.
   * @throws ConfigError `station.unknown-source`, DeviceError `sound-check.muted`, `sound-check.no-sound`
   */
  checkSound(name: string, seconds: number): Promise<SoundCheckReport>;
  /** Closes the microphones, or opens them again; silence flows meanwhile. */
  muteMicrophones(isMuted: boolean): void;
}

/** Types of sources that hear what is said around the box. */
export const MICROPHONES: readonly SourceSettings['type'][] = ['alsa', 'exec'];
/** Whether a source of that type is closed while microphones are muted. */
export function isMicrophone(type: string): boolean {
  return MICROPHONES.some((microphone) => microphone === type);
}

/** How long a rung is still encoded after its last listener has gone. */
const LINGER_MS = 10_000;

/** @param present the settings as they are now: some change while the station runs */
export function buildProgramme(deps: ProgrammeDeps, settings: Settings, present: () => Settings): Programme {
  const { clock, log, counters, random, early } = deps;
  const sources = new Map<string, RunningSource>();
  const clients = new Map<string, ClientSource>();
  const microphones: SourceWorker[] = [];
  /** By the name of the source; of a source client's, the last one. */
  const workers = new Map<string, SourceWorker>();
  let areMuted = false;

  function startWorker(source: NamedSource, events: SourceWorkerEvents): SourceWorker {
    const { name, settings: sourceSettings } = source;
    const { meter, treatment } = present().sources.find((one) => one.name === name) ?? source;
    const worker = new SourceWorker(
      { clock, log: log.room(name), counters, random, early },
      {
        settings: { name, source: sourceSettings, encoder: settings.encoder, meter, treatment },
        sourceTimeoutMs: () => present().advanced.sourceTimeoutMs,
        program: SOUND_PROGRAM,
      },
      events,
    );
    workers.set(name, worker);
    if (isMicrophone(sourceSettings.type)) microphones.push(worker);
    return worker;
  }

  function addSource(source: NamedSource): RunningSource {
    const { name } = source;
    const { type } = source.settings;
    const feed = new Feed(name, (events) => {
      if (type !== 'client') return startWorker(source, { ...eventsOf(events), onInputWelcome() {} });
      const client = new ClientSource(
        (clientSettings, own) => startWorker({ ...source, settings: clientSettings }, { ...eventsOf(events), ...own }),
        () => events.onStatus(),
      );
      clients.set(name, client);
      return client;
    });
    const running = { name, type, feed };
    sources.set(name, running);
    return running;
  }

  for (const source of settings.sources) addSource(source);

  const mounts = new Map<string, Mount>();
  const clientOfMount = new Map<string, { readonly client: ClientSource; readonly feed: Feed }>();
  for (const { path, source, fallback } of settings.mounts) {
    const chain = [source, ...fallback].map((name) => sources.get(name) as RunningSource);
    let slot = chain.find(({ type }) => type === 'client');
    if (slot === undefined) {
      // Whoever connects to a mount that names no source client wants to be heard: it comes before all others.
      const meter = settings.sources[0]?.meter as NamedSource['meter'];
      const client: NamedSource['settings'] = { type: 'client', contentType: '' };
      slot = addSource({ name: `client ${path}`, settings: client, meter, treatment: UNTREATED, builtIn: true });
      chain.unshift(slot);
    }
    clientOfMount.set(path, { client: clients.get(slot.name) as ClientSource, feed: slot.feed });
    const mount = new Mount(
      { clock, log: log.room('mount'), counters, random },
      {
        path,
        sizeBytes: settings.buffer.sizeBytes,
        defaultRung: settings.encoder.defaultRung,
        defaultRungShare: settings.encoder.defaultRungShare,
        broadcaster: broadcasterOptions(settings.broadcaster),
      },
      chain.map(({ feed }) => feed),
      sources.get(source)?.feed,
    );
    mounts.set(path, mount);
  }

  return {
    mounts,
    sources: [...sources.values()],
    sourceMounts: {
      paths: [...mounts.keys()],
      openInput: (path, client) => clientOfMount.get(path)?.client.open(client) ?? 'unknown',
      setMetadata(path, metadata) {
        const slot = clientOfMount.get(path);
        slot?.feed.onMetadata(metadata);
        return slot !== undefined;
      },
    },
    configure({ sources: named }) {
      for (const { name, treatment, meter } of named) workers.get(name)?.treat(treatment, meter);
    },
    async checkSound(name, seconds) {
      const source = sources.get(name);
      const worker = workers.get(name);
      if (source === undefined || worker === undefined) throw notThere(name, [...sources.keys()]);
      if (areMuted && isMicrophone(source.type)) {
        throw new DeviceError('sound-check.muted', 'The microphone is muted', { remedy: 'Unmute it first.' });
      }
      return worker.check(seconds);
    },
    muteMicrophones(isMuted) {
      areMuted = isMuted;
      for (const microphone of microphones) microphone.mute(isMuted);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...clients.values()].map((client) => client[Symbol.asyncDispose]()));
      await Promise.all([...mounts.values()].map((mount) => mount[Symbol.asyncDispose]()));
    },
  };
}

export function broadcasterOptions(settings: BroadcasterSettings): BroadcasterOptions {
  return {
    chunkBytes: settings.chunkSizeBytes,
    maxChunkDelayMs: settings.maxChunkDelayMs,
    lingerMs: LINGER_MS,
    sleepHighMs: settings.sleepHighMs,
    sleepMediumMs: settings.sleepMediumMs,
    sleepLowMs: settings.sleepLowMs,
    maxLagMs: settings.maxLagMs,
    resumeSeconds: settings.burstSeconds,
    stallTimeoutMs: settings.stallTimeoutMs,
  };
}

function notThere(name: string, known: readonly string[]): ConfigError {
  return new ConfigError('station.unknown-source', `There is no sound of a source "${name.slice(0, 64)}"`, {
    remedy: `There is: ${known.join(', ')}.`,
  });
}

/** The worker's events, bound to the feed that hears of them. */
function eventsOf(feed: FeedEvents): FeedEvents {
  return {
    onUnit: (unit) => feed.onUnit(unit),
    onRung: (rungName, config) => feed.onRung(rungName, config),
    onMetadata: (metadata) => feed.onMetadata(metadata),
    onLevel: (level) => feed.onLevel(level),
    onStatus: () => feed.onStatus(),
  };
}
