import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import type { ChangeRefusal } from '../access/change-gate.ts';
import { type ChangeRequest, changeRequest } from '../access/change-request.ts';
import { plainAddress } from '../core/plain-address.ts';
import type { Scope } from '../core/station-control.ts';

/** Who may do what, for routes. */
export interface WebAccess {
  readonly gate: {
    refuse(request: ChangeRequest, scope: Scope): ChangeRefusal | undefined | Promise<ChangeRefusal | undefined>;
  };
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
}

type Env = { Bindings: HttpBindings };

/** Lets nobody on to a route who may not do what takes `scope`; the answer says why, and comes late to who guesses. */
export function needs(access: WebAccess, scope: Scope): MiddlewareHandler<Env> {
  return async (context, next) => (await refusalFor(access, context, scope)) ?? next();
}

/** The answer to who may not do what takes `scope`; undefined for who may. */
export async function refusalFor<E extends Env>(
  { gate, pause }: WebAccess,
  context: Context<E>,
  scope: Scope,
): Promise<Response | undefined> {
  const request = changeRequestOf(context);
  const refusal = await gate.refuse(request, scope);
  return refusal === undefined ? undefined : refuse(context, request, refusal, pause);
}

/** Says why, late to who guesses. */
export async function refuse<E extends Env>(
  context: Context<E>,
  request: ChangeRequest,
  { status, reason, delayMs, asksForPassword, retryAfterS }: ChangeRefusal,
  pause: WebAccess['pause'],
): Promise<Response> {
  if (delayMs > 0) await pause(delayMs);
  if (retryAfterS !== undefined) context.header('Retry-After', `${retryAfterS}`);
  // The page asks by itself: a browser's own dialog would stand in its way.
  if (asksForPassword && request.isPage !== true) {
    context.header('WWW-Authenticate', 'Basic realm="Pipit", charset="UTF-8"');
  }
  return context.json({ error: reason }, status);
}

/** What a request shows of who makes it. */
export function changeRequestOf<E extends Env>({ req, env }: Context<E>): ChangeRequest {
  const { socket, headers } = env.incoming;
  return changeRequest(
    (name) => {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    {
      method: req.method,
      address: plainAddress(socket.remoteAddress),
      isEncrypted: (socket as { encrypted?: boolean }).encrypted === true,
      token: req.query('token'),
    },
  );
}
