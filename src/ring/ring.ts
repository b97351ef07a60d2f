import type { Rung } from '../core/rung.ts';
import type { WireUnit } from './segment.ts';
import { Track } from './track.ts';

export interface RingOptions {
  /** Bytes of memory that all segments together may hold. */
  readonly sizeBytes: number;
  /** The rung whose past is kept even when others want the room, and the share of the size that is its own. */
  readonly reserved?: { readonly rung: Rung; readonly share: number };
}

const LARGEST_SEGMENT_BYTES = 64 * 1024;
const SMALLEST_SEGMENT_BYTES = 8 * 1024;

/**
 * The past of one mount, over all its rungs, bounded in bytes. Appending evicts what is oldest; nobody who
 * reads can hold that up: a reader whose unit has gone finds out and moves on.
 */
export class Ring {
  readonly #tracks = new Map<Rung, Track>();
  readonly #segmentBytes: number;
  readonly #reserved: RingOptions['reserved'];
  #sizeBytes: number;

  constructor(options: RingOptions) {
    this.#sizeBytes = options.sizeBytes;
    this.#reserved = options.reserved;
    this.#segmentBytes = segmentBytesFor(options.sizeBytes);
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Changes the bound; a smaller one evicts at once. */
  resize(sizeBytes: number): void {
    this.#sizeBytes = sizeBytes;
    this.#evict();
  }

  /** Bytes of memory that the segments hold. */
  get heldBytes(): number {
    let held = 0;
    for (const track of this.#tracks.values()) held += track.heldBytes;
    return held;
  }

  get tracks(): Iterable<Track> {
    return this.#tracks.values();
  }

  /** The rung's track; made when it is first asked for. */
  track(rung: Rung): Track {
    let track = this.#tracks.get(rung);
    if (track === undefined) {
      track = new Track(rung, this.#segmentBytes);
      this.#tracks.set(rung, track);
    }
    return track;
  }

  append(rung: Rung, unit: WireUnit): void {
    this.track(rung).append(unit);
    this.#evict();
  }

  #evict(): void {
    while (this.heldBytes > this.#sizeBytes) {
      const victim = this.#victim();
      if (victim === undefined) return;
      victim.evict();
    }
  }

  /**
   * The track that gives up its oldest segment. While the others hold more than their share, the one of them
   * whose past reaches back furthest; else the reserved rung, which then holds more than its own.
   */
  #victim(): Track | undefined {
    const reserved = this.#reserved && this.#tracks.get(this.#reserved.rung);
    const reservedBytes = this.#reserved === undefined ? 0 : this.#sizeBytes * this.#reserved.share;
    const othersBytes = this.heldBytes - (reserved?.heldBytes ?? 0);
    if (reserved !== undefined && othersBytes <= this.#sizeBytes - reservedBytes) return reserved;
    let victim: Track | undefined;
    for (const track of this.#tracks.values()) {
      if (track === reserved || track.heldBytes === 0) continue;
      if (victim === undefined || track.oldestPtsUs < victim.oldestPtsUs) victim = track;
    }
    return victim;
  }
}

/** Small enough that every rung of a small ring has several, large enough that a chunk rarely spans two. */
function segmentBytesFor(sizeBytes: number): number {
  const even = 2 ** Math.floor(Math.log2(sizeBytes / 128));
  return Math.min(LARGEST_SEGMENT_BYTES, Math.max(SMALLEST_SEGMENT_BYTES, even));
}
