import { STATUS_CODES } from 'node:http';
import { MediaError, type PipitError } from '../core/errors.ts';

/** One answer; the connection closes after it. */
export interface Answer {
  readonly status: number;
  /** Plain text unless `headers` names another type. */
  readonly body: string;
  /** Besides Content-Type, Content-Length and Connection. */
  readonly headers?: Readonly<Record<string, string>>;
  /** How long to hold it back. */
  readonly delayMs?: number;
}

/** The answer as bytes to send. Old source clients look for `HTTP/1.0 200` and nothing else. */
export function renderAnswer(answer: Answer, version: 'HTTP/1.0' | 'HTTP/1.1'): Buffer {
  const body = Buffer.from(answer.body);
  const headers: Record<string, string> = {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(body.length),
    'Cache-Control': 'no-store',
    Connection: 'close',
    ...answer.headers,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${version} ${answer.status} ${STATUS_CODES[answer.status] ?? ''}\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}

/** The status for an error, by its code. */
const STATUS: Readonly<Record<string, number>> = {
  'http.bad-request': 400,
  'http.head-too-large': 431,
  'ingest.metadata': 400,
  'ingest.chunked': 400,
  'ingest.transfer-encoding': 501,
  'ingest.idle': 408,
};

/** The refusal that an error stands for. What is wrong with the media is 415, what the client can't help 503. */
export function refusalOf(error: PipitError): Answer {
  const status = STATUS[error.code] ?? (error instanceof MediaError ? 415 : 503);
  return refusal(status, error.message, error.remedy);
}

/** A refusal: what is wrong, and what to do about it. */
export function refusal(status: number, message: string, remedy: string, headers?: Record<string, string>): Answer {
  return { status, body: `${message}.\n${remedy}\n`, ...(headers && { headers }) };
}
