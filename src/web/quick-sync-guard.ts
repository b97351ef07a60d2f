import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono, MiddlewareHandler } from 'hono';
import { describeAgent } from '../access/device-agent.ts';
import { type DeviceIdentity, deviceCookie, identify } from '../access/device-identity.ts';
import { isFromHere } from '../access/same-origin.ts';
import { PipitError, sentencesOf } from '../core/errors.ts';
import { changeRequestOf, refusalFor } from './needs.ts';
import type { QuickSyncClient, QuickSyncDeps } from './quick-sync-deps.ts';
import type { QuickSyncHints } from './quick-sync-hints.ts';

export interface QuickSyncEnv {
  Bindings: HttpBindings;
  Variables: { device: DeviceIdentity | undefined };
}

export type QuickSyncContext = Context<QuickSyncEnv>;

/** Who asks, and what they may do. */
export class QuickSyncGuard {
  readonly #deps: QuickSyncDeps;
  readonly #hints: QuickSyncHints;

  constructor(deps: QuickSyncDeps, hints: QuickSyncHints) {
    this.#deps = deps;
    this.#hints = hints;
  }

  /** Finds out which device asks, before anything else. */
  readonly identify: MiddlewareHandler<QuickSyncEnv> = async (context, next) => {
    context.header('Cache-Control', 'no-store');
    const device = identify(context.req.header('cookie'), context.req.header('x-device-id'));
    if (device === 'malformed') {
      return context.json(
        { error: 'X-Device-Id has 1 to 64 characters: letters, digits, dot, underscore, hyphen.' },
        400,
      );
    }
    context.set('device', device);
    if (device !== undefined && this.#deps.devices.seen(device.key, this.agentOf(context))) this.renew(context, device);
    return next();
  };

  clientOf(context: QuickSyncContext): QuickSyncClient {
    const address = this.#deps.gate.addressOf(changeRequestOf(context));
    const deviceKey = context.get('device')?.key;
    return { address, deviceKey, hint: this.#hints.of(deviceKey ?? address) };
  }

  agentOf(context: QuickSyncContext): string {
    return describeAgent(context.req.header('user-agent'));
  }

  /** Lets a browser be known again for another 400 days. */
  renew(context: QuickSyncContext, { token }: DeviceIdentity): void {
    if (token !== undefined) context.header('Set-Cookie', deviceCookie(token));
  }

  /** Why a request may do nothing, which needs no password: it comes from a page of another site. */
  refuseForeign(context: QuickSyncContext): Response | undefined {
    if (isFromHere(context.req.header('origin'), context.req.header('host'))) return undefined;
    return context.json({ error: 'It comes from another web site.' }, 403);
  }

  /** Why a request may not change anything without the password just now. */
  refuseHasty(context: QuickSyncContext): Response | undefined {
    const waitS = this.#deps.pace.take(this.clientOf(context).address);
    if (waitS === 0) return undefined;
    context.header('Retry-After', `${waitS}`);
    return context.json({ error: `Too many changes: try again in ${waitS} s.` }, 429);
  }

  /** Why a request may not do what takes the station's password. */
  refuseWithoutPassword(context: QuickSyncContext): Promise<Response | undefined> {
    return refusalFor(this.#deps, context, 'control');
  }
}

/** Waits for a change to be kept; that it is in effect and could not be is a sentence. */
export async function attempt(change: Promise<unknown>): Promise<string | undefined> {
  try {
    await change;
    return undefined;
  } catch (error) {
    if (!(error instanceof PipitError)) throw error;
    return sentencesOf(error);
  }
}

/** A path with and without the slash at its end. */
export function slashed(path: string): string[] {
  return [path, `${path}/`];
}

/** Answers every method that a path does not have; to be called when those that it has are there. */
export function allowOnly(app: Hono<QuickSyncEnv>, path: string, methods: string): void {
  for (const each of slashed(path)) {
    app.all(each, (context) => {
      context.header('Allow', methods);
      return context.json({ error: `${context.req.method} is not possible here, only ${methods}.` }, 405);
    });
  }
}
