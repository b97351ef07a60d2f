/** Of several that fit the first counts: most browsers claim to be others as well. */
const BROWSERS: readonly (readonly [RegExp, string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly (readonly [RegExp, string])[] = [
  [/\bAndroid\b/, 'Android'],
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];
/** Of a header that may have kilobytes. */
const MAX_READ = 512;
const MAX_LENGTH = 40;

/**
 * A `User-Agent` in a few words: `Firefox on Android`, `VLC`. Empty when it says nothing.
 *
 * @param agent as sent: anything may be in it
 */
export function describeAgent(agent = ''): string {
  const text = agent.slice(0, MAX_READ);
  if (text.startsWith('Mozilla/')) {
    const browser = nameIn(text, BROWSERS) ?? 'Browser';
    const system = nameIn(text, SYSTEMS);
    return system === undefined ? browser : `${browser} on ${system}`;
  }
  const [product = ''] = text.split(/[/(;]/, 1);
  return product
    .replace(/[^\p{L}\p{N} ._+-]/gu, '')
    .slice(0, MAX_LENGTH)
    .trim();
}

function nameIn(text: string, names: readonly (readonly [RegExp, string])[]): string | undefined {
  return names.find(([pattern]) => pattern.test(text))?.[1];
}
