/** A file of a playlist, as the last look at its directory found it. */
export interface Track {
  readonly path: string;
  readonly sizeBytes: number;
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number;
}

/** Names as people sort them: track 2 before track 10. */
const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * Which track comes next, while tracks come and go. In order: by name, round and round. Shuffled: each once in a
 * round, and never the same twice in a row across rounds. Tracks that are broken are left out until their file has
 * changed.
 */
export class PlaylistOrder {
  readonly #shuffle: boolean;
  readonly #random: () => number;
  #tracks: readonly Track[] = [];
  #last: string | undefined;
  /** Paths that have been played in this round. */
  readonly #played = new Set<string>();
  /** Broken tracks by path, as they were. */
  readonly #broken = new Map<string, Track>();

  constructor(options: { readonly shuffle: boolean; readonly random: () => number }) {
    this.#shuffle = options.shuffle;
    this.#random = options.random;
  }

  /** Takes over what is there now. */
  update(tracks: readonly Track[]): void {
    this.#tracks = tracks.toSorted((a, b) => byName.compare(a.path, b.path) || (a.path < b.path ? -1 : 1));
    const present = new Map(tracks.map((track) => [track.path, track]));
    for (const [path, was] of this.#broken) {
      const is = present.get(path);
      if (is?.sizeBytes !== was.sizeBytes || is.modifiedMs !== was.modifiedMs) this.#broken.delete(path);
    }
    for (const path of this.#played) if (!present.has(path)) this.#played.delete(path);
  }

  /** Leaves the track out from now on. */
  markBroken(track: Track): void {
    this.#broken.set(track.path, track);
  }

  /** The track to play now; undefined when there is none that can be. */
  next(): Track | undefined {
    const playable = this.#tracks.filter(({ path }) => !this.#broken.has(path));
    const track = this.#shuffle ? this.#nextShuffled(playable) : this.#nextInOrder(playable);
    if (track !== undefined) {
      this.#last = track.path;
      this.#played.add(track.path);
    }
    return track;
  }

  #nextInOrder(playable: readonly Track[]): Track | undefined {
    const last = this.#last;
    if (last === undefined) return playable[0];
    return (
      playable.find(({ path }) => (byName.compare(path, last) || (path < last ? -1 : 1)) > 0 && path !== last) ??
      playable[0]
    );
  }

  #nextShuffled(playable: readonly Track[]): Track | undefined {
    let left = playable.filter(({ path }) => !this.#played.has(path));
    if (left.length === 0) {
      this.#played.clear();
      left = playable.length > 1 ? playable.filter(({ path }) => path !== this.#last) : [...playable];
    }
    return left[Math.floor(this.#random() * left.length)];
  }
}
