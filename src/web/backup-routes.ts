import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { type Backup, MAX_PACKED_BYTES } from './backup.ts';
import { orRefusal } from './or-refusal.ts';
import { type OwnerAccess, ownerOnly } from './owner-only.ts';

export interface BackupRoutesDeps extends OwnerAccess {
  readonly backup: Pick<Backup, 'make' | 'restore' | 'undo'>;
  readonly wallTime: () => Date;
  /** Name of the station, for the name of the file. */
  readonly stationName: () => string;
}

type Env = { Bindings: HttpBindings };

/** `/api/backup`: all settings as one file. */
export function backupRoutes({ backup, wallTime, stationName, ...access }: BackupRoutesDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/', ownerOnly(access), (context) =>
    orRefusal(context, async () => {
      const bytes = await backup.make();
      const name = stationName()
        .normalize('NFKD')
        .replaceAll(/[^A-Za-z0-9]+/g, '-')
        .replaceAll(/^-|-$/g, '')
        .slice(0, 40);
      const date = wallTime().toISOString().slice(0, 10);
      context.header('Content-Type', 'application/gzip');
      context.header('Content-Disposition', `attachment; filename="${name || 'pipit'}-${date}.pipit-backup.gz"`);
      return context.body(new Uint8Array(bytes));
    }),
  );
  return app;
}

/** `/api/restore`: takes such a file over, and takes that back. */
export function restoreRoutes({ backup, ...access }: BackupRoutesDeps): Hono<Env> {
  const app = new Hono<Env>();
  const limit = bodyLimit({
    maxSize: MAX_PACKED_BYTES,
    onError: (context) => context.json({ error: `A backup has ${MAX_PACKED_BYTES} bytes at most.` }, 413),
  });
  const owner = ownerOnly(access);
  app.post('/', limit, owner, async (context) => {
    const bytes = new Uint8Array(await context.req.arrayBuffer());
    return orRefusal(context, async () => context.json(await backup.restore(bytes)));
  });
  app.post('/undo', limit, owner, (context) => orRefusal(context, async () => context.json(await backup.undo())));
  return app;
}
