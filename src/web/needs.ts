import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import type { ChangeRefusal, ChangeRequest } from '../access/change-gate.ts';
import type { Scope } from '../core/station-control.ts';

/** Who may do what, for routes. */
export interface WebAccess {
  readonly gate: { refuse(request: ChangeRequest, scope: Scope): ChangeRefusal | undefined };
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
}

type Env = { Bindings: HttpBindings };

/** Lets nobody on to a route who may not do what takes `scope`; the answer says why, and comes late to who guesses. */
export function needs({ gate, pause }: WebAccess, scope: Scope): MiddlewareHandler<Env> {
  return async (context, next) => {
    const refusal = gate.refuse(changeRequestOf(context), scope);
    if (refusal === undefined) return next();
    if (refusal.delayMs > 0) await pause(refusal.delayMs);
    if (refusal.asksForPassword) context.header('WWW-Authenticate', 'Basic realm="Pipit", charset="UTF-8"');
    return context.json({ error: refusal.reason }, refusal.status);
  };
}

function changeRequestOf({ req, env }: Context<Env>): ChangeRequest {
  return {
    address: env.incoming.socket.remoteAddress ?? '',
    host: req.header('host'),
    origin: req.header('origin'),
    authorization: req.header('authorization'),
  };
}
