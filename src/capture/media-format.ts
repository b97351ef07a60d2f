/** What streams begin with, as Latin-1, and FFmpeg's demuxer for it. */
const MAGIC: readonly (readonly [RegExp, string])[] = [
  [/^OggS/, 'ogg'],
  [/^fLaC/, 'flac'],
  [/^RIFF....WAVE/s, 'wav'],
  [/^.E\xdf\xa3/s, 'matroska'],
  [/^ID3/, ''],
];

const BY_TYPE: Readonly<Record<string, string>> = {
  'audio/mpeg': 'mp3',
  'audio/mp3': 'mp3',
  'audio/aac': 'aac',
  'audio/aacp': 'aac',
  'audio/ogg': 'ogg',
  'application/ogg': 'ogg',
  'audio/flac': 'flac',
};

/**
 * FFmpeg's demuxer for a byte stream, or undefined when it has to be probed. What the first bytes are counts more
 * than what the client says of them. Known beforehand, a slow stream is heard seconds earlier.
 *
 * @param head the first bytes, twelve or more where there are so many
 */
export function mediaFormat(contentType: string, head: Uint8Array): string | undefined {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 16)).toString('latin1');
  const found = MAGIC.find(([pattern]) => pattern.test(text));
  if (found !== undefined) return found[1] || undefined;
  const format = BY_TYPE[contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''];
  // These two name themselves: what does not begin as they do is something else.
  return format === 'ogg' || format === 'flac' ? undefined : format;
}
