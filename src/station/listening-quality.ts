import type { Socket } from 'node:net';
import type { Broadcaster } from '../broadcast/broadcaster.ts';
import type { Listener } from '../broadcast/listener.ts';
import type { LinkKnowledge } from '../core/link-knowledge.ts';
import type { Preferences } from '../core/preferences.ts';
import type { QualityMode } from '../core/quality-level.ts';
import { PROFILE_CAPS, type QuickSyncSettings } from '../core/quick-sync-settings.ts';
import type { RequestHead } from '../core/request-head.ts';
import { type Codec, nearestRung, type Rung, rungsOf } from '../core/rung.ts';
import type { ListeningStart, NewListener, QualityChoice } from '../outputs/quality-choice.ts';
import type { TransmitQueues } from '../outputs/transmit-queue.ts';
import { highestWithin, MOVABLE_CODECS } from '../quality/allowed-rungs.ts';
import { SLOW_MBPS } from '../quality/buffer-plan.ts';
import type { Decision } from '../quality/decision.ts';
import type { ListenerLoop } from '../quality/listener-loop.ts';
import type { ConnectionFacts } from '../quality/steered-listener.ts';
import { SocketListener } from './socket-listener.ts';

/** What of the configuration decides how a listener begins. */
export interface ListeningSettings {
  readonly quickSync: QuickSyncSettings;
  /** What everybody is sent at once … */
  readonly burstSeconds: number;
  /** … and the most. */
  readonly maxBurstSeconds: number;
  /** The rung that is encoded anyway; null: none. */
  readonly defaultRung: Rung | null;
}

export interface ListeningQualityDeps {
  readonly loop: Pick<ListenerLoop, 'add'>;
  readonly queues: Pick<TransmitQueues, 'watch'>;
  readonly preferencesOf: (head: RequestHead) => Preferences;
  readonly linkOf: (address: string) => LinkKnowledge;
  /** What the decision for a device comes to on such a link, kbit/s. */
  readonly decide: (mbps: number, preferences: Preferences) => Pick<Decision, 'bitrate' | 'buffer'>;
  /** The rungs of the codec that may be encoded for who leaves the choice to Pipit, lowest bitrate first. */
  readonly allowed: (codec: Codec) => readonly Rung[];
  /** What is to be asked for them. */
  readonly factsOf: (socket: Socket) => () => ConnectionFacts | undefined;
}

/** What auto begins with where nothing says otherwise. */
const START_KBPS = 128;
/** A link that is known to be slow is given so much at first: what then arrives tells more than what was known. */
const SLOW_START_BYTES = 24_000;
/** A block, and what an encoder's frames may be short of their bitrate. */
const BROWSER_BLOCK_BYTES = 36_000;

/** What a listener begins with, as chosen here. */
interface ChosenStart extends ListeningStart {
  readonly preferQuality: boolean;
}

/** Chooses what listeners begin with, and hands them over to the loop that follows them. */
export class ListeningQuality implements QualityChoice {
  readonly #deps: ListeningQualityDeps;
  readonly #settings: () => ListeningSettings;

  /** @param settings asked anew each time */
  constructor(deps: ListeningQualityDeps, settings: () => ListeningSettings) {
    this.#deps = deps;
    this.#settings = settings;
  }

  startOf({ head, address, codec, quality: asked, burstSeconds }: NewListener): ChosenStart {
    const { quickSync, burstSeconds: usualBurst, maxBurstSeconds } = this.#settings();
    const preferences = this.#deps.preferencesOf(head);
    const quality = asked ?? preferences.mode;
    const { preferQuality } = preferences;
    /** What it asks for, or else what is usual, and enough for its player to begin. */
    const burstOf = (rung: Rung, seconds = usualBurst): number =>
      burstSeconds ?? Math.min(maxBurstSeconds, seconds === 0 ? 0 : Math.max(seconds, firstBlockSeconds(head, rung)));
    if (quality !== 'auto' || codec === 'flac') {
      const rung = rungOf(codec, quality, quickSync);
      return { quality, rung, preferQuality, burstSeconds: burstOf(rung), allowanceBytes: undefined };
    }
    const link = this.#deps.linkOf(address);
    const { bitrate, buffer } = this.#deps.decide(link.mbps, { ...preferences, mode: 'auto' });
    const isKnown = link.source !== 'assumed';
    const isSlow = isKnown && !link.isLowerBound && link.mbps < SLOW_MBPS;
    const rung = this.#auto(codec, link, bitrate);
    return {
      quality,
      rung,
      preferQuality,
      burstSeconds: burstOf(rung, isSlow ? Math.max(buffer.bufferSize, usualBurst) : usualBurst),
      // Who is not steered is never allowed more.
      allowanceBytes: isSlow && this.#isSteered(quality, codec) ? SLOW_START_BYTES : undefined,
    };
  }

  follow(socket: Socket, start: ListeningStart): (listener: Listener, broadcaster: Broadcaster) => void {
    const { loop, queues, factsOf } = this.#deps;
    const { quality, rung, burstSeconds, preferQuality } = start as ChosenStart;
    const watch = queues.watch(socket);
    const facts = factsOf(socket);
    const rungs = this.#isSteered(quality, rung.codec) ? rungsOf(rung.codec) : [rung];
    return (listener, broadcaster) => {
      const steered = new SocketListener(listener, broadcaster, watch, facts);
      const leave = loop.add(steered, { rungs, startRung: rung, burstS: burstSeconds, preferQuality });
      if (socket.closed) leave();
      else socket.once('close', leave);
    };
  }

  /** It leaves the choice to Pipit, and can be moved between rungs. */
  #isSteered(quality: QualityMode, codec: Codec): boolean {
    return quality === 'auto' && MOVABLE_CODECS.includes(codec) && this.#settings().quickSync.enabled;
  }

  /** A link that nothing is known of begins in the middle: what is encoded anyway comes at once. */
  #auto(codec: Codec, link: LinkKnowledge, decidedKbps: number): Rung {
    const { quickSync, defaultRung } = this.#settings();
    const { targetKbps, minKbps, maxKbps, profile, thresholds } = quickSync;
    // Opus alone has a rung for links on which nothing else can be heard without gaps.
    if (codec === 'opus' && link.source !== 'assumed' && !link.isLowerBound && link.mbps < thresholds.low) {
      return nearestRung(codec, 32);
    }
    const unknown = targetKbps || defaultRung?.bitrateKbps || START_KBPS;
    const isKnown = link.source === 'test' || (link.source === 'stream' && !link.isLowerBound);
    const wanted = isKnown ? decidedKbps : Math.max(unknown, link.isLowerBound ? decidedKbps : 0);
    const cap = Math.min(maxKbps, PROFILE_CAPS[profile].maxKbps);
    const rung = nearestRung(codec, Math.min(cap, Math.max(minKbps, wanted)));
    return MOVABLE_CODECS.includes(codec) ? highestWithin(rung, this.#deps.allowed(codec)) : rung;
  }
}

/**
 * How long the first block is that a browser's player reads as a whole: with less in hand it begins late, and with just
 * about as much it begins with gaps. Chromium's blocks have 32 KiB. 0 for other players.
 */
function firstBlockSeconds({ headers }: RequestHead, { bitrateKbps }: Rung): number {
  const isBrowser = headers.get('user-agent')?.startsWith('Mozilla/') === true;
  return isBrowser && bitrateKbps > 0 ? BROWSER_BLOCK_BYTES / (bitrateKbps * 125) : 0;
}

/** The rung of a quality that was asked for by name. */
function rungOf(codec: Codec, quality: QualityMode, { presets }: QuickSyncSettings): Rung {
  if (codec === 'flac') return nearestRung(codec, 0);
  if (quality === 'lossless') return nearestRung(codec, presets.ultra.bitrate);
  return nearestRung(codec, presets[quality].bitrate || START_KBPS);
}
