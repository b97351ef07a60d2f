import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { NO_METADATA, type TrackMetadata } from '../core/access-unit.ts';
import { MediaError, PipitError } from '../core/errors.ts';
import { type PcmBlock, SAMPLE_RATE } from '../core/pcm.ts';
import type { PlaylistSettings } from '../core/source-settings.ts';
import { decodeFile } from './ffmpeg-input.ts';
import { paced } from './pace.ts';
import { PlaylistOrder, type Track } from './playlist-order.ts';
import type { AudioSource, SourceContext } from './source.ts';

/** So much may be ahead, for a machine that is busy for a moment. */
const LEAD_MS = 100;
/** Sound of the next track that is decoded while the present one still plays. */
const AHEAD_FRAMES = SAMPLE_RATE;
const MAX_TRACKS = 10_000;
const MAX_DEPTH = 8;

/**
 * A directory of music, one track after the other without a gap. The directory is looked at anew before each choice,
 * which sees a memory stick and a network mount as well as a disk; links to files are followed.
 */
export class PlaylistSource implements AudioSource {
  readonly description: string;
  readonly #settings: PlaylistSettings;
  readonly #context: SourceContext;
  readonly #order: PlaylistOrder;

  constructor(settings: PlaylistSettings, context: SourceContext, random: () => number = Math.random) {
    this.description = `playlist ${settings.directory}`;
    this.#settings = settings;
    this.#context = context;
    this.#order = new PlaylistOrder({ shuffle: settings.shuffle, random });
  }

  read(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    return paced(this.#tracks(signal), { clock: this.#context.clock, signal }, { leadMs: LEAD_MS });
  }

  async *#tracks(signal: AbortSignal): AsyncGenerator<PcmBlock, void, undefined> {
    let present = await this.#open(signal);
    let next: Promise<OpenTrack | undefined> | undefined;
    try {
      while (!signal.aborted) {
        if (present === undefined) throw this.#nothingToPlay();
        this.#context.onMetadata(present.metadata);
        // Opened and decoding while the present one is heard.
        next = this.#open(signal);
        // Read by whoever awaits it below.
        next.catch(() => {});
        try {
          yield* present.blocks();
        } catch (error) {
          this.#leaveOut(present.track, error);
        }
        // What was chosen when this one began may be hours old.
        present = (await next) ?? (await this.#open(signal));
      }
    } finally {
      // Whoever stops in the middle of a track leaves that one and the one after it.
      await present?.close();
      await (await next?.catch(() => undefined))?.close();
    }
  }

  /** The next track that can be opened, its first sound decoded. */
  async #open(signal: AbortSignal): Promise<OpenTrack | undefined> {
    while (!signal.aborted) {
      this.#order.update(await this.#look());
      const track = this.#order.next();
      if (track === undefined) return undefined;
      const open = new OpenTrack(track, this.#context, signal);
      try {
        await open.decodeAhead();
        return open;
      } catch (error) {
        this.#leaveOut(track, error);
      }
    }
    return undefined;
  }

  #leaveOut(track: Track, error: unknown): void {
    if (!(error instanceof PipitError)) throw error;
    this.#order.markBroken(track);
    this.#context.log.warning(`${track.path} is left out until it changes: ${error.message}`, { code: error.code });
  }

  #nothingToPlay(): MediaError {
    const { directory, extensions } = this.#settings;
    return new MediaError('capture.playlist-empty', `there is nothing to play in ${directory}`, {
      remedy: `Put files with ${extensions.join(', ')} there; they are found by themselves.`,
    });
  }

  async #look(): Promise<Track[]> {
    const { directory } = this.#settings;
    const tracks: Track[] = [];
    try {
      await this.#collect(directory, 0, tracks);
    } catch (cause) {
      throw new MediaError('capture.playlist-gone', `the directory ${directory} cannot be read: ${codeOf(cause)}`, {
        remedy: 'Make it, plug in what it is on, or change playlist.directory.',
        cause,
      });
    }
    return tracks;
  }

  async #collect(directory: string, depth: number, tracks: Track[]): Promise<void> {
    const entries: Dirent[] = await readdir(directory, { withFileTypes: true });
    for (const entry of entries) {
      if (tracks.length >= MAX_TRACKS) return;
      const path = join(directory, entry.name);
      if (entry.isDirectory() && depth < MAX_DEPTH) {
        // A directory that vanishes or may not be read takes only its own tracks with it.
        await this.#collect(path, depth + 1, tracks).catch(() => {});
      } else if (this.#settings.extensions.includes(extname(entry.name).toLowerCase())) {
        const found = await stat(path).catch(() => undefined);
        if (found?.isFile()) tracks.push({ path, sizeBytes: found.size, modifiedMs: found.mtimeMs });
      }
    }
  }
}

/** A track with the start of its sound decoded. */
class OpenTrack {
  readonly track: Track;
  readonly #blocks: AsyncGenerator<PcmBlock, void, undefined>;
  readonly #ahead: PcmBlock[] = [];
  #metadata: TrackMetadata = NO_METADATA;
  #onMetadata: ((metadata: TrackMetadata) => void) | undefined;
  readonly #context: SourceContext;

  constructor(track: Track, context: SourceContext, signal: AbortSignal) {
    this.track = track;
    this.#context = context;
    const onMetadata = (metadata: TrackMetadata): void => {
      this.#metadata = metadata;
      this.#onMetadata?.(this.metadata);
    };
    // Frames must be told with their sound; these would come ahead of it.
    const { clock, log, counters, channels } = context;
    this.#blocks = decodeFile(track.path, { clock, log, counters, channels, onMetadata }, signal);
  }

  /** From its tags; the file's name where they say nothing. */
  get metadata(): TrackMetadata {
    if (this.#metadata.title !== '') return this.#metadata;
    const { path } = this.track;
    return { ...this.#metadata, title: basename(path, extname(path)) };
  }

  /** @throws MediaError when it is no sound */
  async decodeAhead(): Promise<void> {
    for (let frames = 0; frames < AHEAD_FRAMES; ) {
      const { value } = await this.#blocks.next();
      if (value === undefined) return;
      this.#ahead.push(value);
      frames += value.samples.length / value.channels;
    }
  }

  /** Lets go of the file; at any time, twice too. */
  async close(): Promise<void> {
    await this.#blocks.return();
  }

  /** Its sound; from now on changes of its tags are told. */
  async *blocks(): AsyncGenerator<PcmBlock, void, undefined> {
    this.#onMetadata = (metadata) => this.#context.onMetadata(metadata);
    for (let block = this.#ahead.shift(); block !== undefined; block = this.#ahead.shift()) yield block;
    yield* this.#blocks;
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
