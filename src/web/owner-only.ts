import type { HttpBindings } from '@hono/node-server';
import type { Context, MiddlewareHandler } from 'hono';
import type { ChangeRequest } from '../access/change-request.ts';
import type { Identity } from '../access/identity.ts';
import { changeRequestOf, refusalFor, type WebAccess } from './needs.ts';

/** Who asks, besides what they may. */
export interface OwnerAccess extends WebAccess {
  readonly identify: (request: ChangeRequest) => Promise<Pick<Identity, 'via'>>;
}

type Env = { Bindings: HttpBindings };

/**
 * Lets on who has signed in, or shows the password: what follows holds secrets, or decides about everything. A token of
 * a program is not enough, whatever it may.
 */
export function ownerOnly({ identify, ...access }: OwnerAccess): MiddlewareHandler<Env> {
  return async (context, next) => {
    const refusal = await refusalFor(access, context, 'admin');
    if (refusal !== undefined) return refusal;
    context.header('Cache-Control', 'no-store');
    return (await refuseToken({ identify }, context)) ?? next();
  };
}

/** The answer to who has come with a token only; undefined for who has signed in, or shows the password. */
export async function refuseToken(
  { identify }: Pick<OwnerAccess, 'identify'>,
  context: Context<Env>,
): Promise<Response | undefined> {
  const { via } = await identify(changeRequestOf(context));
  if (via === 'session' || via === 'password') return undefined;
  return context.json({ error: 'This takes signing in, or the password: a token is not enough.' }, 403);
}
