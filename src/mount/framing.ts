import type { AccessUnit } from '../core/access-unit.ts';
import type { Codec } from '../core/rung.ts';
import type { WireUnit } from '../ring/segment.ts';
import { FlacStamper } from './flac-stamper.ts';
import { OggPager } from './ogg-pager.ts';

/**
 * Makes of a rung's access units what goes over the wire. It lives as long as the mount, across changes of source
 * and restarts of workers, so that what it counts (pages, samples) never goes back.
 */
export interface Framing {
  /** The rung starts (again) with this codec configuration (FFmpeg's extradata). */
  configure(config: Uint8Array): void;
  /** What a listener gets before its first unit; undefined when nothing, or nothing yet. */
  readonly header: Uint8Array | undefined;
  /** The units ready to go; none while a page fills up. Its bytes are valid until the next call. */
  frame(unit: AccessUnit): WireUnit | undefined;
}

/** MP3 and ADTS frames are their own framing. */
const asItIs: Framing = {
  configure() {},
  header: undefined,
  frame: ({ ptsUs, durationUs, sync, data }) => ({ ptsUs, durationUs, sync, bytes: data }),
};

/** @param serial tells this logical stream from others, for containers that number them. */
export function framingFor(codec: Codec, serial: number): Framing {
  if (codec === 'opus') return new OggPager(serial);
  return codec === 'flac' ? new FlacStamper() : asItIs;
}
