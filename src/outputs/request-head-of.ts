import type { IncomingMessage } from 'node:http';
import { parseRequestHead, type RequestHead } from '../core/request-head.ts';

/**
 * The head of a request that Node's HTTP server has read, as the media handler takes it: by the same strict rules
 * as one that came through the front door. Undefined when it breaks them.
 */
export function requestHeadOf(request: IncomingMessage): RequestHead | undefined {
  const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
  }
  try {
    return parseRequestHead(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
  } catch {
    return undefined;
  }
}
