import { cardLetters } from './card-text.ts';

const PASSWORD =
  /^\s*[“”"']?wifi[ _-]password\b[^=:]*[=:]\s*[^\s"'].*|^\s*[“”"']?wifi[ _-]password\b[^=:]*[=:]\s*["'].*[^\s"'].*/i;
/** What stands in place of a Wi-Fi password that was taken over. */
export const TAKEN_OVER =
  '# The Wi-Fi password was taken over and lies on the data partition now. For another one, write wifi_password in place of this line.';

/**
 * `pipit.txt` without its Wi-Fi password: a note stands in its line, and all other lines as they were, in the encoding and
 * with the line ends that they had.
 *
 * @returns undefined when there is none in it
 */
export function withoutPassword(bytes: Uint8Array): Uint8Array | undefined {
  const { text, encode } = cardLetters(bytes);
  // Lines, with what ends each between them.
  const parts = text.split(/(\r\n?|\n)/);
  if (!parts.some((line) => PASSWORD.test(line))) return undefined;
  return encode(parts.map((part) => (PASSWORD.test(part) ? TAKEN_OVER : part)).join(''));
}
