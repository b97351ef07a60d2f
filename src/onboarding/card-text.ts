/** The text of a file that somebody edited somewhere. */
export interface CardText {
  readonly text: string;
  /** Letters beyond ASCII may have come out wrong: it was in an encoding that does not say its name. */
  readonly isGuessed: boolean;
}

/** Far more than any of the files has. */
export const MAX_CARD_FILE_BYTES = 64 * 1024;

/**
 * What the bytes say, whichever editor wrote them: UTF-8 with or without a byte order mark, UTF-16 with one (what
 * Notepad calls Unicode), else Windows-1252. Lines end with a line feed, zero bytes are gone.
 */
export function cardText(bytes: Uint8Array): CardText {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return plain(new TextDecoder('utf-16le').decode(bytes), false);
  if (first === 0xfe && second === 0xff) return plain(new TextDecoder('utf-16be').decode(bytes), false);
  try {
    return plain(new TextDecoder('utf-8', { fatal: true }).decode(bytes), false);
  } catch {
    return plain(new TextDecoder('windows-1252').decode(bytes), true);
  }
}

function plain(text: string, isGuessed: boolean): CardText {
  return { text: text.replace(/\r\n?/g, '\n').replaceAll('\0', ''), isGuessed };
}
