import { cardText } from './card-text.ts';

const PASSWORD =
  /^\s*[“”"']?wifi[ _-]password\b[^=:]*[=:]\s*[^\s"'].*|^\s*[“”"']?wifi[ _-]password\b[^=:]*[=:]\s*["'].*[^\s"'].*/i;
/** What stands in place of a Wi-Fi password that was taken over. */
export const TAKEN_OVER =
  '# The Wi-Fi password was taken over and lies on the data partition now. For another one, write wifi_password in place of this line.';

/**
 * `pipit.txt` without its Wi-Fi password: a note stands in its line, and all other lines as they were. What was not UTF-8
 * comes back as UTF-8.
 *
 * @returns undefined when there is none in it
 */
export function withoutPassword(bytes: Uint8Array): string | undefined {
  const { text } = cardText(bytes);
  const lines = text.split('\n');
  if (!lines.some((line) => PASSWORD.test(line))) return undefined;
  const eol = Buffer.from(bytes).includes('\r\n') ? '\r\n' : '\n';
  return lines.map((line) => (PASSWORD.test(line) ? TAKEN_OVER : line)).join(eol);
}
