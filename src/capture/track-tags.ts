import { NO_METADATA, type TrackMetadata } from '../core/access-unit.ts';

const MAX_CHARS = 256;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const CONTROL = /[\x00-\x1f\x7f-\x9f\u2028\u2029]+/g;
const SEPARATOR = ' - ';

/** Tags as containers and streams carry them; names in any case. */
export type Tags = Readonly<Record<string, string>>;

/**
 * Title and artist out of a file's or a stream's tags: `title` and `artist`, or what ICY calls StreamTitle, an
 * `Artist - Title` in one. Control characters become blanks, and nothing is longer than 256 characters.
 */
export function metadataOf(tags: Tags): TrackMetadata {
  const byName = new Map(Object.entries(tags).map(([name, value]) => [name.toLowerCase(), clean(value)]));
  const stream = byName.get('streamtitle') ?? '';
  if (stream !== '') return splitTitle(stream);
  const title = byName.get('title') ?? '';
  const artist = byName.get('artist') ?? byName.get('album_artist') ?? byName.get('performer') ?? '';
  return title === '' && artist === '' ? NO_METADATA : { title, artist };
}

function splitTitle(text: string): TrackMetadata {
  const at = text.indexOf(SEPARATOR);
  if (at <= 0) return { title: text, artist: '' };
  return { artist: text.slice(0, at).trim(), title: text.slice(at + SEPARATOR.length).trim() };
}

function clean(text: string): string {
  return text.replace(CONTROL, ' ').trim().slice(0, MAX_CHARS);
}
