import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';
import { ConfigError, PipitError, reportOf, sentencesOf } from '../core/errors.ts';
import type { StationControl } from '../core/station-control.ts';
import { FactoryReset, NowPlaying, Restart } from './control-schemas.ts';
import { needs } from './needs.ts';
import { type OwnerAccess, ownerOnly } from './owner-only.ts';

export interface ControlDeps extends OwnerAccess {
  readonly control: Pick<
    StationControl,
    | 'identify'
    | 'reboot'
    | 'resetToFactory'
    | 'restartCamera'
    | 'restartProgram'
    | 'restartSource'
    | 'setNowPlaying'
    | 'shutDown'
  >;
}

type Env = { Bindings: HttpBindings };

const MAX_BODY_BYTES = 4096;

/** `/api/control`: what the station can be told to do, each by a POST. */
export function controlRoutes({ control, ...access }: ControlDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.use(limitedBody());
  app.post('/identify', needs(access, 'control'), (context) => done(context, async () => control.identify()));
  app.post('/restart', needs(access, 'control'), async (context) => {
    const body = await bodyOf(context, Restart);
    if (body === undefined) return refused(context, 'Send {"source": NAME} or {"camera": NAME}.');
    return done(context, () =>
      'source' in body ? control.restartSource(body.source) : control.restartCamera(body.camera),
    );
  });
  app.post('/now-playing', needs(access, 'control'), async (context) => {
    const body = await bodyOf(context, NowPlaying);
    if (body === undefined)
      return refused(context, 'Send {"mount": PATH, "title": one line}; an empty title takes it back.');
    return done(context, async () => control.setNowPlaying(body.mount, body.title));
  });
  app.post('/restart-program', needs(access, 'admin'), (context) => done(context, () => control.restartProgram()));
  app.post('/reboot', needs(access, 'admin'), (context) => done(context, () => control.reboot()));
  app.post('/shut-down', needs(access, 'admin'), (context) => done(context, () => control.shutDown()));
  app.post('/factory-reset', ownerOnly(access), async (context) => {
    const body = await bodyOf(context, FactoryReset);
    if (body === undefined)
      return refused(context, 'Send {"confirm": "reset"}: settings, password and tokens are lost.');
    return done(context, () => control.resetToFactory());
  });
  return app;
}

/** Bodies of commands are short. */
export function limitedBody() {
  return bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: (context) => context.json({ error: `A body has ${MAX_BODY_BYTES} bytes at most.` }, 413),
  });
}

/** The body, if it is what it must be. */
export async function bodyOf<S extends v.GenericSchema>(
  { req }: Context<Env>,
  schema: S,
): Promise<v.InferOutput<S> | undefined> {
  const body = v.safeParse(schema, await req.json().catch(() => undefined));
  return body.success ? body.output : undefined;
}

/** Why a body is refused. */
export function refused(context: Context<Env>, why: string): Response {
  return context.json({ error: why }, 422);
}

/** Does it and says so, or why not: 404 for what is not there, 409 for what the machine does not do at present. */
export async function done(context: Context<Env>, command: () => Promise<unknown>): Promise<Response> {
  try {
    await command();
    return context.json({ ok: true });
  } catch (error) {
    if (!(error instanceof PipitError)) throw error;
    const status = error instanceof ConfigError && error.code.startsWith('station.unknown') ? 404 : 409;
    return context.json({ error: sentencesOf(reportOf(error, error.code)), code: error.code }, status);
  }
}
