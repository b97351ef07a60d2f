// The language of the page, and what depends on it: words, numbers, dates.

const LANGUAGES = ['en', 'de', 'fr'];
const KEY = 'language';

/** Names as their own speakers write them. */
export const LANGUAGE_NAMES = { en: 'English', de: 'Deutsch', fr: 'Français' };

/** `en`, `de` or `fr`: what the address asks for (`?lang=de`), what was chosen before, what the browser prefers. */
export const language = pick();
/** With the region, where the browser names one: dates and numbers differ by it. */
export const locale = navigator.languages?.find((tag) => baseOf(tag) === language) ?? language;

function pick() {
  const wishes = [
    new URLSearchParams(globalThis.location?.search).get('lang'),
    stored(),
    ...(navigator.languages ?? []),
  ];
  return wishes.map(baseOf).find((tag) => LANGUAGES.includes(tag)) ?? 'en';
}

function baseOf(tag) {
  return String(tag ?? '')
    .slice(0, 2)
    .toLowerCase();
}

function stored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Whether the page follows the browser. */
export function isChosen() {
  return stored() !== null;
}

/** Keeps the choice and loads the page in it; empty: the browser's. */
export function chooseLanguage(tag) {
  try {
    if (tag === '') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, tag);
  } catch {
    // Browsers may forbid it; then the address carries it.
  }
  const url = new URL(location.href);
  url.searchParams.delete('lang');
  if (tag !== '' && stored() !== tag) url.searchParams.set('lang', tag);
  if (url.href === location.href) location.reload();
  else location.assign(url);
}

/**
 * The texts of a view in the page's language. Values are strings, or { one, other } for what is counted.
 * @param all `{ en: { key: text }, de: …, fr: … }`, the same keys in each
 */
export function words(all) {
  const texts = { ...all.en, ...all[language] };
  return language === 'fr' ? unbroken(texts) : texts;
}

/** French has a space inside its quotation marks and before these signs; no line ends there. */
function unbroken(text) {
  if (typeof text === 'string') return text.replace(/ ([:;?!»])/g, '\u00a0$1').replace(/« /g, '«\u00a0');
  return Object.fromEntries(Object.entries(text).map(([key, value]) => [key, unbroken(value)]));
}

/** `{name}` in a text replaced by values; numbers as people write them. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? number(value) : String(value);
  });
}

const plurals = new Intl.PluralRules(language);

/** The form of a text that fits a count, with `{n}` filled in. */
export function counted(forms, n, values = {}) {
  return fill(forms[plurals.select(n)] ?? forms.other, { n, ...values });
}

const formats = new Map();

function formatOf(Kind, options) {
  const key = `${Kind.name} ${JSON.stringify(options)}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Kind(locale, options);
    formats.set(key, format);
  }
  return format;
}

/** With at most one digit after the point, unless told otherwise (options of Intl.NumberFormat). */
export function number(value, options = { maximumFractionDigits: 1 }) {
  return formatOf(Intl.NumberFormat, options).format(value);
}

/** `12 kB`, `3.4 MB`. */
export function bytes(value) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
  const step = value < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** step;
  const maximumFractionDigits = scaled < 10 && step > 0 ? 1 : 0;
  return number(scaled, { style: 'unit', unit: units[step], unitDisplay: 'short', maximumFractionDigits });
}

/** @param value Date or milliseconds; options of Intl.DateTimeFormat */
export function dateTime(value, options = { dateStyle: 'medium', timeStyle: 'short' }) {
  return formatOf(Intl.DateTimeFormat, options).format(value);
}

/** `3 min ago`, in words. */
export function ago(seconds) {
  const format = formatOf(Intl.RelativeTimeFormat, { numeric: 'auto', style: 'short' });
  if (seconds < 90) return format.format(-Math.round(seconds), 'second');
  if (seconds < 5_400) return format.format(-Math.round(seconds / 60), 'minute');
  if (seconds < 129_600) return format.format(-Math.round(seconds / 3_600), 'hour');
  return format.format(-Math.round(seconds / 86_400), 'day');
}

/** `2 d 3 h`, `4 min 10 s`: the two largest units that are not zero. */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [
    [Math.floor(whole / 86_400), 'day'],
    [Math.floor(whole / 3_600) % 24, 'hour'],
    [Math.floor(whole / 60) % 60, 'minute'],
    [whole % 60, 'second'],
  ];
  const from = parts.findIndex(([value]) => value > 0);
  const shown = from === -1 ? parts.slice(-1) : parts.slice(from, from + 2).filter(([value]) => value > 0);
  return shown.map(([value, unit]) => number(value, { style: 'unit', unit, unitDisplay: 'short' })).join(' ');
}
