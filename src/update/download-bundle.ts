import { notDownloaded } from './refusals.ts';

/** A file that comes from elsewhere; whoever is done with it, or does not want it, disposes of it. */
export interface Download extends Disposable {
  /** What the server promises; undefined: nothing. */
  readonly totalBytes: number | undefined;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Nothing comes for so long: the download has failed. */
const STALL_MS = 60_000;
/** Of no use for what is compressed already, and its length would not be known. */
const HEADERS = { 'Accept-Encoding': 'identity' };

/** Whether it may be downloaded from. */
export function isWebAddress(url: string): boolean {
  return url.length <= 2048 && /^https?:$/.test(URL.parse(url)?.protocol ?? '');
}

/**
 * Opens a download.
 *
 * @param stallMs how long the server may say nothing, at any point
 * @throws NetworkError `update.no-download`; so may the bytes
 */
export async function openDownload(url: string, signal: AbortSignal, stallMs = STALL_MS): Promise<Download> {
  if (!isWebAddress(url)) throw notDownloaded('is none of the web: it begins with https:// or http://');
  const stalled = new AbortController();
  const closed = new AbortController();
  let timer = setTimeout(() => stalled.abort(), stallMs);
  const goOn = () => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), stallMs);
  };
  const problem = (error: unknown) => {
    if (signal.aborted) return signal.reason;
    if (stalled.signal.aborted) return notDownloaded(`says nothing for ${stallMs / 1000} s`, error);
    const code = ((error as Error).cause as { readonly code?: unknown } | undefined)?.code;
    return notDownloaded(`can not be read${typeof code === 'string' ? ` (${code})` : ''}`, error);
  };
  try {
    const response = await fetch(url, {
      headers: HEADERS,
      signal: AbortSignal.any([signal, stalled.signal, closed.signal]),
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel().catch(() => {});
      throw notDownloaded(`answers ${response.status}`);
    }
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const { body } = response;
    async function* bytes(): AsyncGenerator<Uint8Array> {
      try {
        for await (const chunk of body) {
          goOn();
          yield chunk;
        }
      } catch (error) {
        throw problem(error);
      } finally {
        clearTimeout(timer);
      }
    }
    return {
      totalBytes: Number.isSafeInteger(length) ? length : undefined,
      bytes: bytes(),
      [Symbol.dispose]: () => {
        clearTimeout(timer);
        closed.abort();
      },
    };
  } catch (error) {
    clearTimeout(timer);
    if (error instanceof Error && 'code' in error && error.code === 'update.no-download') throw error;
    throw problem(error);
  }
}
