import type { Codec } from '../core/rung.ts';

const EXTENSIONS: Readonly<Record<Codec, string>> = { mp3: 'mp3', aac: 'aac', opus: 'opus', flac: 'flac' };
const NAME = /^[a-z0-9][a-z0-9_-]{0,99}\.(?:mp3|aac|opus|flac)$/;
const MAX_STATION_LENGTH = 40;

/** `garden-2026-11-21_14-05-09.mp3`: safe in a URL and in any file system. */
export function clipName(stationName: string, date: Date, codec: Codec, taken: (name: string) => boolean): string {
  return named(stationName, date, EXTENSIONS[codec], taken);
}

/** The name of a clip, with another date in it. */
export function clipNameAt(name: string, date: Date, taken: (name: string) => boolean): string {
  const station = name.replace(/-\d{4,}-\d\d-\d\d_\d\d-\d\d-\d\d(?:_\d+)?\.\w+$/, '');
  return named(station, date, name.slice(name.lastIndexOf('.') + 1), taken);
}

function named(stationName: string, date: Date, extension: string, taken: (name: string) => boolean): string {
  const station = stationName
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MAX_STATION_LENGTH);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('-');
  const base = `${station || 'pipit'}-${day}_${time}`;
  for (let count = 1; ; count += 1) {
    const name = `${base}${count === 1 ? '' : `_${count}`}.${extension}`;
    if (!taken(name)) return name;
  }
}

/** Whether that can be the name of a clip; nothing else is ever looked for on the disk. */
export function isClipName(name: string): boolean {
  return NAME.test(name);
}
