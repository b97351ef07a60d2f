import type { RequestHead } from '../core/request-head.ts';
import { cleanText, decodeText } from './clean-text.ts';
import type { SourceClient } from './source-mounts.ts';

const MAX_CHARACTERS = 200;

/** What a source client's request says about it. */
export function describeClient(head: RequestHead, address: string): SourceClient {
  const text = (name: string): string => {
    const value = head.headers.get(name);
    return value === undefined ? '' : cleanText(decodeText(Buffer.from(value, 'latin1')), MAX_CHARACTERS);
  };
  return {
    contentType: (text('content-type').split(';', 1)[0] ?? '').trim().toLowerCase(),
    address,
    userAgent: text('user-agent'),
    station: {
      name: text('ice-name'),
      description: text('ice-description'),
      genre: text('ice-genre'),
      url: text('ice-url'),
    },
  };
}

/**
 * Whether a content type may be sound. Containers count by their families (video/webm may hold nothing but
 * sound), and so does what says nothing; a page, a picture or a form certainly is none.
 */
export function mayBeAudio(contentType: string): boolean {
  return /^$|^(?:audio|video)\/|^application\/(?:octet-stream|(?:x-)?ogg|(?:x-)?flac|mp4|mpeg)$/.test(contentType);
}
