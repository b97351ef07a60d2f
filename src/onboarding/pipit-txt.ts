import type { CardSettings, ReadSettings, Trouble, WifiWish } from './card-settings.ts';
import { cardText } from './card-text.ts';
import * as check from './setting-checks.ts';
import { TAKEN_OVER } from './without-password.ts';

/** Its name on the card. */
export const PIPIT_TXT = 'pipit.txt';

/** What may stand in it. */
export const KEYS = [
  'wifi_name',
  'wifi_password',
  'wifi_hidden',
  'wifi_country',
  'hostname',
  'station_name',
  'time_zone',
  'ssh_key',
  'hat',
] as const;

type Key = (typeof KEYS)[number];

interface Entry {
  readonly value: string;
  readonly line: number;
}

const MAX_SSH_KEYS = 20;
const CURLY = /[\u201c-\u201f\u00ab\u00bb]/;
const EXAMPLE = 'Write it as in: hostname = "pipit"';

/**
 * Reads `pipit.txt`: lines of `key = "value"`, and comments. A value is what stands between the first quote and the last
 * one, letter for letter: a backslash or a dollar in a password is one. So it is not HCL, where both mean more. What is
 * wrong is told, and all the rest counts.
 */
export function readPipitTxt(bytes: Uint8Array): ReadSettings {
  const troubles: Trouble[] = [];
  const tell = (line: number, text: string): void => void troubles.push({ file: PIPIT_TXT, line, text });
  const { text, isGuessed } = cardText(bytes);
  const entries = new Map<Key, Entry[]>();
  const refused = new Set<Key>();
  text.split('\n').forEach((content, index) => {
    const line = index + 1;
    const found = readLine(content, (what) => tell(line, what));
    if (found === undefined) return;
    const [key, value] = found;
    const before = entries.get(key);
    if (value === undefined) refused.add(key);
    else if (isGuessed && /[^\x20-\x7e]/.test(value)) {
      tell(line, `${key} has letters in an encoding that can’t be told. Save the file as UTF-8.`);
      refused.add(key);
    } else if (before !== undefined && key !== 'ssh_key') {
      tell(line, `${key} is set in line ${before[0]?.line} already. Remove one of the two.`);
    } else entries.set(key, [...(before ?? []), { value, line }]);
  });
  return { settings: settingsOf(entries, refused, text.includes(TAKEN_OVER), tell), troubles, notes: [] };
}

/** A key with its value; undefined in the value's place where it can't be read. */
function readLine(content: string, tell: (what: string) => void): readonly [Key, string | undefined] | undefined {
  const line = content.trim();
  if (line === '' || /^(?:#|;|\/\/)/.test(line)) return undefined;
  const match = /^[“”"']?([A-Za-z][\w -]*?)[“”"']?\s*[=:]\s*(.*)$/.exec(line);
  if (match === null) {
    tell(`This is no setting. ${EXAMPLE}, or begin the line with # for a remark.`);
    return undefined;
  }
  const written = match[1] ?? '';
  const name = written.toLowerCase().replace(/[ -]/g, '_');
  const key = KEYS.find((each) => each === name);
  if (key === undefined) {
    tell(`There is no setting “${written.slice(0, 40)}”. There are: ${KEYS.join(', ')}.`);
    return undefined;
  }
  return [key, unquoted(match[2] ?? '', (what) => tell(`${key}: ${what}`))];
}

function unquoted(written: string, tell: (what: string) => void): string | undefined {
  const text = written.trim();
  const quote = text[0];
  if (quote === '"' || quote === "'") {
    // Behind the closing quote there is nothing, or a remark. The first that fits: a remark may have quotes of its own.
    for (let end = text.indexOf(quote, 1); end > 0; end = text.indexOf(quote, end + 1)) {
      if (/^\s*[,;]?\s*(?:(?:#|\/\/).*)?$/.test(text.slice(end + 1))) return text.slice(1, end);
    }
    tell(
      CURLY.test(text)
        ? 'The closing quote is a curly one (”). Type a straight one: ".'
        : `The closing quote is missing. ${EXAMPLE}`,
    );
    return undefined;
  }
  if (quote !== undefined && (CURLY.test(quote) || /[\u2018\u2019]/.test(quote))) {
    tell(`The quotes are curly ones (${quote}), which word processors make. Type straight ones: "like this".`);
    return undefined;
  }
  return text.replace(/\s+(?:#|\/\/).*$/, '');
}

function settingsOf(
  entries: ReadonlyMap<Key, readonly Entry[]>,
  refused: ReadonlySet<Key>,
  isTakenOver: boolean,
  tell: (line: number, text: string) => void,
): CardSettings {
  // An empty value is one that nobody has filled in yet.
  const given = (key: Key): readonly Entry[] => (entries.get(key) ?? []).filter(({ value }) => value !== '');
  const one = (key: Key, test: check.Check, change = (value: string) => value): string | undefined => {
    const [entry] = given(key);
    if (entry === undefined) return undefined;
    const value = change(entry.value);
    const wrong = test(value);
    if (wrong === undefined) return value;
    tell(entry.line, `${key} is not taken. ${wrong}`);
    return undefined;
  };
  const keys = given('ssh_key').slice(0, MAX_SSH_KEYS);
  const sshKeys = keys.flatMap(({ value, line }) => {
    const wrong = check.checkSshKey(value.trim());
    if (wrong !== undefined) tell(line, `ssh_key is not taken. ${wrong}`);
    return wrong === undefined ? [value.trim()] : [];
  });
  // A password that can't be read is no open network.
  const isWifiRefused = refused.has('wifi_name') || refused.has('wifi_password');
  const wifi = isWifiRefused ? undefined : wifiOf(given, isTakenOver, one, tell);
  const country = one('wifi_country', check.checkCountry, (value) => value.toUpperCase());
  const hostname = one('hostname', check.checkHostname, (value) => value.toLowerCase().replace(/\.local\.?$/, ''));
  const stationName = one('station_name', check.checkStationName);
  const timeZone = one('time_zone', (value) => check.checkTimeZone(value));
  const hat = entries.get('hat')?.[0]?.value;
  return {
    ...(wifi && { wifi }),
    ...(country && { country }),
    ...(hostname && { hostname }),
    ...(stationName && { stationName }),
    ...(timeZone && { timeZone }),
    ...(sshKeys.length > 0 && { sshKeys }),
    ...(hat !== undefined && { hat }),
  };
}

function wifiOf(
  given: (key: Key) => readonly Entry[],
  isTakenOver: boolean,
  one: (key: Key, test: check.Check) => string | undefined,
  tell: (line: number, text: string) => void,
): WifiWish | undefined {
  const ssid = one('wifi_name', check.checkSsid);
  const password = one('wifi_password', check.checkWifiPassword);
  const hidden = one('wifi_hidden', (value) =>
    /^(?:true|false|yes|no)$/i.test(value) ? undefined : 'It is true or false.',
  );
  const [passwordEntry] = given('wifi_password');
  if (ssid === undefined) {
    const isMissing = given('wifi_name').length === 0;
    if (isMissing && passwordEntry !== undefined) tell(passwordEntry.line, 'wifi_password needs wifi_name beside it.');
    return undefined;
  }
  // Nor is a wrong one.
  if (passwordEntry !== undefined && password === undefined) return undefined;
  return { ssid, password: password ?? (isTakenOver ? undefined : ''), isHidden: /^(?:true|yes)$/i.test(hidden ?? '') };
}
