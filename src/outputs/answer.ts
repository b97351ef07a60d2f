import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestHead } from '../core/request-head.ts';

/** Why a request can't be met: an HTTP status and a sentence for the person who made it. */
export interface Refusal {
  readonly status: number;
  readonly reason: string;
}

/** The first line of an answer, in the version that was asked in, and the lines that follow it, up to the body. */
export function headText(head: RequestHead, status: number, lines: readonly string[]): string {
  const version = head.version === 'HTTP/1.0' ? '1.0' : '1.1';
  return `HTTP/${version} ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n`;
}

/** Answers on a bare socket with a short text, and ends the connection. */
export function answer(
  socket: Socket,
  head: RequestHead,
  status: number,
  headers: readonly string[],
  body: string,
  type = 'text/plain',
): void {
  const bytes = Buffer.from(body);
  const lines = ['Connection: close', 'X-Content-Type-Options: nosniff', ...headers];
  if (status !== 204) lines.push(`Content-Type: ${type}; charset=utf-8`, `Content-Length: ${bytes.length}`);
  const text = headText(head, status, lines);
  finish(socket, head.method === 'HEAD' ? text : Buffer.concat([Buffer.from(text), bytes]));
}

/**
 * Answers the question that a browser asks before a page of another origin may read what is there.
 * @param cors the headers that every answer to such a page has
 * @param requestHeaders those that a request may bring along
 */
export function preflight(socket: Socket, head: RequestHead, cors: readonly string[], requestHeaders: string): void {
  const headers = [
    ...cors,
    'Access-Control-Allow-Methods: GET, HEAD, OPTIONS',
    `Access-Control-Allow-Headers: ${requestHeaders}`,
    'Access-Control-Max-Age: 86400',
    'Allow: GET, HEAD, OPTIONS',
  ];
  answer(socket, head, 204, headers, '');
}

/** The last words of a connection; it ends when they are out, whatever the other side does. */
export function finish(socket: Socket, words: string | Uint8Array): void {
  socket.write(words);
  socket.destroySoon();
}
