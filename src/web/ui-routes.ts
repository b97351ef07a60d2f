import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { readUiFiles, type UiFile } from './ui-files.ts';

type Env = { Bindings: HttpBindings };

/** Nothing from elsewhere, nothing inline, nobody may frame the page. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** What a browser may show by itself; to the rest a policy means nothing. */
const DOCUMENTS = /html|svg/;
const ASK_AGAIN = 'no-cache';
const KEEP = 'public, max-age=31536000, immutable';
const TAKES_GZIP = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/;

/** The page at `/`, its files below `/ui/`, kept by browsers where the path has the version of this page. */
export function uiRoutes(): Hono<Env> {
  const files = readUiFiles();
  const versioned = `${files.version}/`;
  const app = new Hono<Env>();
  app.get('/', (context) => send(context, files.page, ASK_AGAIN));
  app.get('/ui/*', (context) => {
    const path = context.req.path.slice('/ui/'.length);
    const isOfThisPage = path.startsWith(versioned);
    const file = files.find(isOfThisPage ? path.slice(versioned.length) : path);
    return file === undefined ? context.notFound() : send(context, file, isOfThisPage ? KEEP : ASK_AGAIN);
  });
  return app;
}

function send(context: Context<Env>, file: UiFile, cacheControl: string): Response {
  const headers: Record<string, string> = {
    'Content-Type': file.type,
    'Cache-Control': cacheControl,
    ETag: file.etag,
    Vary: 'Accept-Encoding',
  };
  if (DOCUMENTS.test(file.type)) headers['Content-Security-Policy'] = POLICY;
  if (context.req.header('if-none-match')?.includes(file.etag)) return context.body(null, 304, headers);
  const { bytes, isGzip } = file.body(TAKES_GZIP.test(context.req.header('accept-encoding') ?? ''));
  if (isGzip) headers['Content-Encoding'] = 'gzip';
  headers['Content-Length'] = String(bytes.length);
  return context.body(new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length), 200, headers);
}
