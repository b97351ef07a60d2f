import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';

export interface ServedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** First and last byte. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * What a Range header asks for of so many bytes (RFC 9110, 14.1.2): one range. `all` where there is none that is
 * understood, more than one included; `none` where it lies beyond the end.
 */
export function byteRange(header: string | undefined, sizeBytes: number): ByteRange | 'all' | 'none' {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'all';
  const from = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const to = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return 'all';
  return from > to ? 'none' : { from, to };
}

/** Answers GET and HEAD with a file or a range of it; it is read as fast as it is taken. */
export function rangedFile(request: Request, { path, sizeBytes, headers }: ServedFile): Response {
  const range = byteRange(request.headers.get('range') ?? undefined, sizeBytes);
  const common = { ...headers, 'Accept-Ranges': 'bytes' };
  if (range === 'none') {
    return new Response(null, { status: 416, headers: { ...common, 'Content-Range': `bytes */${sizeBytes}` } });
  }
  const { from, to } = range === 'all' ? { from: 0, to: sizeBytes - 1 } : range;
  const isHead = request.method === 'HEAD' || sizeBytes === 0;
  const body = isHead ? null : (Readable.toWeb(createReadStream(path, { start: from, end: to })) as ReadableStream);
  return new Response(body, {
    status: range === 'all' ? 200 : 206,
    headers: {
      ...common,
      'Content-Length': `${to - from + 1}`,
      ...(range === 'all' ? {} : { 'Content-Range': `bytes ${from}-${to}/${sizeBytes}` }),
    },
  });
}
