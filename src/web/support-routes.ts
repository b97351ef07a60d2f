import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { needs, type WebAccess } from './needs.ts';
import { type ArchivedFile, tarOf } from './tar.ts';

export interface SupportDeps extends WebAccess {
  readonly wallTime: () => Date;
  /** What somebody who helps wants to see, without secrets: texts by file name. */
  readonly supportFiles: () => Promise<Readonly<Record<string, string>>>;
}

type Env = { Bindings: HttpBindings };

const compress = promisify(gzip);

/** `/api/support`: all that helps to find out what is wrong, as one file to send to who helps. No secrets. */
export function supportRoutes({ gate, pause, supportFiles, wallTime }: SupportDeps): Hono<Env> {
  const app = new Hono<Env>();
  let running: Promise<Uint8Array<ArrayBuffer>> | undefined;

  const pack = async (folder: string, now: Date): Promise<Uint8Array<ArrayBuffer>> => {
    const files = Object.entries(await supportFiles()).map(
      ([name, text]): ArchivedFile => ({ name: `${folder}/${name}`, bytes: Buffer.from(text) }),
    );
    return new Uint8Array(await compress(tarOf(files, now.getTime())));
  };

  app.get('/', needs({ gate, pause }, 'admin'), async (context) => {
    const now = wallTime();
    const folder = `pipit-support-${now.toISOString().slice(0, 16).replaceAll(/[-:]/g, '')}`;
    // Who asks twice gets the same: one archive is in the making at a time.
    running ??= pack(folder, now).finally(() => {
      running = undefined;
    });
    const bytes = await running;
    context.header('Content-Type', 'application/gzip');
    context.header('Content-Disposition', `attachment; filename="${folder}.tar.gz"`);
    context.header('Cache-Control', 'no-store');
    return context.body(bytes);
  });
  return app;
}
