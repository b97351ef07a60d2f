import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { PipitError, sentencesOf } from '../core/errors.ts';
import { bodyOf, limitedBody, refused } from './control-routes.ts';
import { needs, type WebAccess } from './needs.ts';
import { InstallUpdate, type UpdateAnswer } from './update-schemas.ts';

/** What installs updates of the whole system. */
export interface WebUpdate {
  /** Downloads and installs, in the background. */
  fetch(url: string, wishes: { readonly allowOlder: boolean }): void;
  /** Takes a part of a file in; with the last one, the file is installed. @returns how many bytes are there */
  receive(
    bytes: AsyncIterable<Uint8Array>,
    place: { readonly offset: number; readonly totalBytes: number | undefined },
    wishes: { readonly allowOlder: boolean },
  ): Promise<number>;
}

export interface UpdateDeps extends WebAccess {
  readonly answer: () => UpdateAnswer;
  readonly update: WebUpdate;
}

type Env = { Bindings: HttpBindings };

const NO_LATEST =
  'Nobody says where the newest version is: send {"url": …}, or set advanced.check_releases and advanced.release_url.';
const STATUS: Readonly<Record<string, 404 | 409 | 413 | 422 | 507>> = {
  'update.none-here': 404,
  'update.too-large': 413,
  'update.no-download': 422,
  'update.no-space': 507,
};

/** `/api/update`: how an update of the whole system goes, and a new one, from an address or sent here. */
export function updateRoutes({ answer, update, ...access }: UpdateDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/', needs(access, 'read'), (context) => context.json(answer()));

  app.post('/', limitedBody(), needs(access, 'admin'), async (context) => {
    const body = await bodyOf(context, InstallUpdate);
    if (body === undefined) return refused(context, 'Send {"url": ADDRESS}, or {} for the newest version.');
    const url = body.url ?? answer().latest?.url;
    if (url === undefined) return refused(context, NO_LATEST);
    return orWhyNot(context, async () => {
      update.fetch(url, { allowOlder: body.allow_older });
      return context.json(answer());
    });
  });

  // Nothing is read before it is known who sends.
  app.put('/file', needs(access, 'admin'), async (context) => {
    const { incoming } = context.env;
    const place = placeOf(context.req.header('content-range'), context.req.header('content-length'));
    if (place === undefined) {
      return refused(context, 'Send the file, or a part of it with "Content-Range: bytes FIRST-LAST/TOTAL".');
    }
    const allowOlder = context.req.query('allow_older') === '1';
    return orWhyNot(context, async () =>
      context.json({ received: await update.receive(incoming, place, { allowOlder }) }),
    );
  });
  return app;
}

/** RFC 9110, 14.5: a PUT of a part. Without one, it is the whole file. */
function placeOf(
  range: string | undefined,
  length: string | undefined,
): { readonly offset: number; readonly totalBytes: number | undefined } | undefined {
  if (range === undefined) return { offset: 0, totalBytes: length === undefined ? undefined : Number(length) };
  const [, first, last, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(range) ?? [];
  const [offset, end, totalBytes] = [Number(first), Number(last) + 1, Number(total)];
  const isWhole = total !== undefined && offset < end && end <= totalBytes;
  return isWhole && (length === undefined || Number(length) === end - offset) ? { offset, totalBytes } : undefined;
}

async function orWhyNot(context: Context<Env>, act: () => Promise<Response>): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof PipitError)) throw error;
    const { code, message, remedy } = error;
    return context.json({ error: sentencesOf({ message, remedy }), code }, STATUS[code] ?? 409);
  }
}
