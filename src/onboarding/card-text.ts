/** The text of a file that somebody edited somewhere. */
export interface CardText {
  readonly text: string;
  /** Letters beyond ASCII may have come out wrong: it was in an encoding that does not say its name. */
  readonly isGuessed: boolean;
}

/** The same with its line ends as they stand, and the way back. */
export interface CardLetters extends CardText {
  /** Bytes in the encoding that it came in. */
  readonly encode: (text: string) => Uint8Array;
}

/** Far more than any of the files has. */
export const MAX_CARD_FILE_BYTES = 64 * 1024;
const MARK = '\ufeff';

/**
 * What the bytes say, whichever editor wrote them: UTF-8 with or without a byte order mark, UTF-16 with one (what
 * Notepad calls Unicode), else Windows-1252. Lines end with a line feed, zero bytes are gone.
 */
export function cardText(bytes: Uint8Array): CardText {
  const { text, isGuessed } = cardLetters(bytes);
  return { text: text.replace(/\r\n?/g, '\n'), isGuessed };
}

/** As `cardText`, but each line end is left as it is. */
export function cardLetters(bytes: Uint8Array): CardLetters {
  const [first, second] = bytes;
  const letters = (text: string, isGuessed: boolean, encode: CardLetters['encode']): CardLetters => ({
    text: text.replaceAll('\0', ''),
    isGuessed,
    encode,
  });
  if (first === 0xff && second === 0xfe) {
    return letters(new TextDecoder('utf-16le').decode(bytes), false, (text) => Buffer.from(MARK + text, 'utf16le'));
  }
  if (first === 0xfe && second === 0xff) {
    const encode = (text: string): Uint8Array => Buffer.from(MARK + text, 'utf16le').swap16();
    return letters(new TextDecoder('utf-16be').decode(bytes), false, encode);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const mark = Buffer.from(bytes.subarray(0, 3)).equals(Buffer.from(MARK)) ? MARK : '';
    return letters(text, false, (changed) => Buffer.from(mark + changed));
  } catch {
    return letters(new TextDecoder('windows-1252').decode(bytes), true, (text) =>
      Uint8Array.from(text, (letter) => WINDOWS_1252.indexOf(letter)),
    );
  }
}

/** The letter of each byte; every byte has one of its own. */
const WINDOWS_1252 = new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));
