/** Text from outside, fit to be shown: no control characters, blanks joined, at most `maxCharacters`. */
export function cleanText(text: string, maxCharacters: number): string {
  // Cut before and after: the first bounds the work, the second counts characters, not code units.
  const clean = text
    .slice(0, maxCharacters * 4)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return clean.length <= maxCharacters ? clean : [...clean].slice(0, maxCharacters).join('').trim();
}

/** Bytes of unknown encoding as text: UTF-8 when they are valid UTF-8, else Latin-1. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }
}
