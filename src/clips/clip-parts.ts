import { renumber, sampleOf } from '../mount/flac-stamper.ts';
import { restamped } from '../mount/ogg-page.ts';
import type { Cut } from './clip-source.ts';
import { mp3Info } from './mp3-info.ts';

const SAMPLE_RATE = 48_000;
/** The two header pages are 0 and 1. */
const FIRST_SOUND_PAGE = 2;
/** Where STREAMINFO has the length, after `fLaC` and the header of the block (RFC 9639, 8.2). */
const FLAC_LENGTH_AT = 4 + 4 + 14;

/** The bytes of a file that plays from its start and knows its length, in pieces. */
export function clipParts(cut: Cut): Iterable<Uint8Array> {
  switch (cut.rung.codec) {
    case 'mp3':
      return mp3Parts(cut);
    case 'opus':
      return opusParts(cut);
    case 'flac':
      return flacParts(cut);
    default:
      return cut.pieces;
  }
}

function* mp3Parts({ pieces, units, bytes }: Cut): Generator<Uint8Array> {
  const info = pieces[0] && mp3Info(pieces[0], units, bytes);
  if (info !== undefined) yield info;
  yield* pieces;
}

/** Pages count from 0 and time begins with the file. The first page only says when that is. */
function* opusParts({ header, pieces }: Cut): Generator<Uint8Array> {
  if (header !== undefined) yield header;
  const start = granuleOf(pieces[0] as Uint8Array);
  for (const [index, page] of pieces.entries()) {
    if (index === 0) continue;
    yield restamped(page, {
      number: FIRST_SOUND_PAGE + index - 1,
      granule: granuleOf(page) - start,
      isLast: index === pieces.length - 1,
    });
  }
}

function granuleOf(page: Uint8Array): number {
  return Number(Buffer.from(page.buffer, page.byteOffset, page.length).readBigUInt64LE(6));
}

function* flacParts({ header, pieces, durationUs }: Cut): Generator<Uint8Array> {
  if (header !== undefined) {
    const own = Buffer.from(header);
    own.writeUInt32BE(Math.round((durationUs * SAMPLE_RATE) / 1e6), FLAC_LENGTH_AT);
    yield own;
  }
  const start = sampleOf(pieces[0] as Uint8Array);
  for (const frame of pieces) yield renumber(frame, sampleOf(frame) - start);
}
