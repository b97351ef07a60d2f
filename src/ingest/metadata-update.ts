import type { TrackMetadata } from '../core/access-unit.ts';
import { NetworkError } from '../core/errors.ts';
import type { RequestHead } from '../core/request-head.ts';
import { cleanText, decodeText } from './clean-text.ts';

/** Longest title or artist, in characters. */
const MAX_CHARACTERS = 250;

/** A song title that a source client reports. */
export interface MetadataUpdate {
  readonly mount: string;
  readonly metadata: TrackMetadata;
}

/**
 * Reads `/admin/metadata?mode=updinfo&mount=/stream&song=Artist%20-%20Title` as source clients send it, or
 * `title=` and `artist=` instead of `song=`. Text is in `charset=` when that is given, else UTF-8 when it is
 * valid and Latin-1 when not. Control characters go; what is too long is cut.
 *
 * @throws NetworkError `ingest.metadata` when it makes no sense.
 */
export function readMetadataUpdate(head: RequestHead): MetadataUpdate {
  const mark = head.target.indexOf('?');
  const fields = readFields(mark === -1 ? '' : head.target.slice(mark + 1));
  const decode = decoderFor(fields.get('charset')?.toString('latin1'));
  const text = (name: string): string => cleanText(decode(fields.get(name) ?? Buffer.alloc(0)), MAX_CHARACTERS * 2);

  if (text('mode') !== 'updinfo') throw wrong('The parameter mode is not "updinfo"');
  const mount = text('mount');
  if (!mount.startsWith('/')) throw wrong('The parameter mount is not the path of a mount');
  if (!['song', 'title', 'artist'].some((name) => fields.has(name))) throw wrong('There is neither song nor title');

  const song = text('song');
  const dash = song.indexOf(' - ');
  const [songArtist, songTitle] = dash === -1 ? ['', song] : [song.slice(0, dash), song.slice(dash + 3)];
  const artist = cleanText(text('artist') || songArtist, MAX_CHARACTERS);
  const title = cleanText(text('title') || songTitle, MAX_CHARACTERS);
  return { mount, metadata: { artist, title } };
}

/** URLSearchParams takes all text for UTF-8; these are the bytes themselves. Of repeated names the first counts. */
function readFields(query: string): Map<string, Buffer> {
  const fields = new Map<string, Buffer>();
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const name = equals === -1 ? pair : pair.slice(0, equals);
    if (!fields.has(name)) fields.set(name, percentDecode(equals === -1 ? '' : pair.slice(equals + 1)));
  }
  return fields;
}

function percentDecode(text: string): Buffer {
  const decoded = text
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(decoded, 'latin1');
}

function decoderFor(charset: string | undefined): (bytes: Buffer) => string {
  if (charset === undefined || charset === '') return decodeText;
  try {
    const decoder = new TextDecoder(charset);
    return (bytes) => decoder.decode(bytes);
  } catch (cause) {
    throw wrong('The charset is not known', cause);
  }
}

function wrong(message: string, cause?: unknown): NetworkError {
  return new NetworkError('ingest.metadata', message, {
    remedy:
      'Ask for /admin/metadata?mode=updinfo&mount=/stream&song=Artist%20-%20Title, with charset=UTF-8 if need be.',
    cause,
  });
}
