/** An extended M3U file with one stream, in UTF-8. */
export function m3u(title: string, url: string): string {
  return `#EXTM3U\n#EXTINF:-1,${title}\n${url}\n`;
}

/** A PLS file, version 2, with one stream. */
export function pls(title: string, url: string): string {
  return `[playlist]\nNumberOfEntries=1\nFile1=${url}\nTitle1=${title}\nLength1=-1\nVersion=2\n`;
}
