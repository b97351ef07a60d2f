import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';
import type { AccessDesk, Cookie } from '../access/access-desk.ts';
import type { GuestRecord, TokenRecord } from '../access/access-record.ts';
import type { ChangeRefusal } from '../access/change-gate.ts';
import type { ChangeRequest } from '../access/change-request.ts';
import { ConfigError, DeviceError, sentencesOf } from '../core/errors.ts';
import { isEnough } from '../core/station-control.ts';
import { type AccessState, Login, Logout, NewGuest, NewPassword, NewToken } from './access-schemas.ts';
import { changeRequestOf, needs, refuse, type WebAccess } from './needs.ts';

export interface AccessDeps extends WebAccess {
  readonly desk: AccessDesk;
}

const MAX_BODY_BYTES = 2048;
const HOUR_MS = 3_600_000;

type Env = { Bindings: HttpBindings };

/** `/api/access`: signing in and out, the password, tokens of scripts and links for guests. */
export function accessRoutes({ desk, ...access }: AccessDeps): Hono<Env> {
  const app = new Hono<Env>();
  const { keys } = desk;
  app.use(async (context, next) => {
    context.header('Cache-Control', 'no-store');
    await next();
  });
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (context) => context.json({ error: `A body has ${MAX_BODY_BYTES} bytes at most.` }, 413),
    }),
  );
  app.onError((error, context) => {
    if (error instanceof InvalidBody) return context.json({ error: error.message }, 422);
    if (error instanceof ConfigError) {
      return context.json({ error: sentencesOf(error) }, error.code === 'access.password-length' ? 422 : 409);
    }
    if (error instanceof DeviceError) return context.json({ error: sentencesOf(error) }, 503);
    throw error;
  });

  app.get('/', async (context) => context.json(await stateOf(desk, changeRequestOf(context))));

  app.post('/login', async (context) => {
    const body = await bodyOf(context, Login, '{"password": "…"} or {"token": "…"}');
    const request = changeRequestOf(context);
    const agent = context.req.header('user-agent');
    const outcome =
      'token' in body ? desk.signInAsGuest(request, body.token) : await desk.signIn(request, body.password, agent);
    return answer(context, request, outcome);
  });

  app.post('/logout', async (context) => {
    const { everywhere } = await bodyOf(context, Logout, '{} or {"everywhere": true}');
    const request = changeRequestOf(context);
    return answer(context, request, await desk.signOut(request, everywhere));
  });

  app.post('/password', async (context) => {
    const { password, current } = await bodyOf(context, NewPassword, '{"password": "…", "current": "…"}');
    const request = changeRequestOf(context);
    return answer(
      context,
      request,
      await desk.setPassword(request, password, current, context.req.header('user-agent')),
    );
  });

  const admin = needs(access, 'admin');
  const tokens = () => ({ tokens: keys.tokens.map(tokenAnswer) });
  const guests = () => ({ guests: keys.guests.map(guestAnswer) });

  app.get('/tokens', admin, (context) => context.json(tokens()));
  app.post('/tokens', admin, async (context) => {
    const { name, scope } = await bodyOf(context, NewToken, '{"name": "…", "scope": "read", "control" or "admin"}');
    const { secret, record } = await keys.makeToken(name, scope);
    return context.json({ ...tokenAnswer(record), token: secret });
  });
  app.delete('/tokens/:id', admin, async (context) => {
    if (await keys.revoke('token', context.req.param('id'))) return context.json(tokens());
    return context.json({ error: 'There is no token of that id.' }, 404);
  });

  app.get('/guests', admin, (context) => context.json(guests()));
  app.post('/guests', admin, async (context) => {
    const { name, hours } = await bodyOf(context, NewGuest, '{"name": "…", "hours": 0.1 to 8784}');
    const { secret, record } = await keys.makeGuest(name, hours * HOUR_MS);
    return context.json({ ...guestAnswer(record), token: secret, path: `/?token=${secret}` });
  });
  app.delete('/guests/:id', admin, async (context) => {
    if (await keys.revoke('guest', context.req.param('id'))) return context.json(guests());
    return context.json({ error: 'There is no link of that id.' }, 404);
  });

  /** The cookie, and what who asks may from now on. */
  async function answer(context: Context<Env>, request: ChangeRequest, outcome: Cookie | ChangeRefusal) {
    // The browser's own dialog would ask for what has just been typed.
    if ('status' in outcome) return refuse(context, { ...request, isPage: true }, outcome, access.pause);
    context.header('Set-Cookie', outcome.cookie);
    const cookie = outcome.cookie.split(';')[0];
    return context.json(await stateOf(desk, { ...request, method: 'GET', authorization: undefined, cookie }));
  }
  return app;
}

async function stateOf(desk: AccessDesk, request: ChangeRequest): Promise<AccessState> {
  const sight = await desk.sight(request);
  const { scope, via, expiresMs } = sight.identity;
  return {
    scope,
    via,
    signed_in: isEnough(scope, 'control'),
    password_set: sight.origin !== 'none',
    password_configured: sight.origin === 'configured',
    first_visit: sight.isFirstVisit,
    listeners: sight.listeners,
    secure: sight.isSecure,
    https_port: sight.httpsPort ?? null,
    expires_ms: expiresMs ?? null,
    sessions: sight.sessionCount ?? null,
    trouble: sight.trouble ?? null,
  };
}

class InvalidBody extends Error {}

/** @throws InvalidBody */
async function bodyOf<T>(context: Context<Env>, schema: v.GenericSchema<unknown, T>, expected: string): Promise<T> {
  const text = await context.req.text();
  let json: unknown;
  try {
    json = text === '' ? {} : JSON.parse(text);
  } catch {
    throw new InvalidBody(`The body is not JSON: send ${expected}.`);
  }
  const body = v.safeParse(schema, json);
  if (body.success) return body.output;
  const [issue] = body.issues;
  const where = v.getDotPath(issue);
  throw new InvalidBody(`${where === null ? 'The body' : `"${where}"`} is not what it must be: send ${expected}.`);
}

function tokenAnswer({ id, name, scope, createdMs }: TokenRecord) {
  return { id, name, scope, created_ms: createdMs };
}

function guestAnswer({ id, name, createdMs, expiresMs }: GuestRecord) {
  return { id, name, created_ms: createdMs, expires_ms: expiresMs };
}
