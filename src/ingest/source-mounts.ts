import type { TrackMetadata } from '../core/access-unit.ts';
import type { PipitError } from '../core/errors.ts';

/** What a source client says about itself. All of it is the client's word: bounded in length, but not checked. */
export interface SourceClient {
  /** Lower case, without parameters; empty when the client does not say. */
  readonly contentType: string;
  /** IP address. */
  readonly address: string;
  readonly userAgent: string;
  /** From the Ice-* headers; empty strings where there is none. */
  readonly station: StationInfo;
}

export interface StationInfo {
  readonly name: string;
  readonly description: string;
  readonly genre: string;
  readonly url: string;
}

/** Where the media of one source client goes. */
export interface SourceInput {
  /**
   * Takes the next bytes of the stream, in any portions; they are the input's from now on. False: enough for
   * now, `onDrain` is called later, when more is welcome. What is written before that is taken all the same, so a
   * caller may finish the portion it has in hand.
   */
  write(bytes: Uint8Array): boolean;
  /** Set by the source port. */
  onDrain: () => void;
  /**
   * Set by the source port. Called when the input wants no more of this client, once; the client is told why
   * as far as the protocol lets it, and disconnected. Neither `end` nor `abort` follows.
   */
  onClose: (why: PipitError) => void;
  /** The client has ended its stream in order. Nothing follows. */
  end(): void;
  /** The client is gone in mid-stream. Nothing follows. */
  abort(reason: string): void;
}

/** What the source port needs to know of mounts. */
export interface SourceMounts {
  /** The mounts that source clients may feed, for the answer to a client that asks for another. */
  readonly paths: readonly string[];
  /** `unknown`: no such mount, or none that source clients may feed; `taken`: it has a source client. */
  openInput(path: string, client: SourceClient): SourceInput | 'unknown' | 'taken';
  /** False when there is no such mount. */
  setMetadata(path: string, metadata: TrackMetadata): boolean;
}
