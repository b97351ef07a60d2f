import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';
import type { ChangeGate } from '../access/change-gate.ts';
import { PipitError, reportOf, sentencesOf } from '../core/errors.ts';
import type { PrivacyState } from './answers.ts';

export interface PrivacyDeps {
  readonly gate: ChangeGate;
  readonly muted: () => PrivacyState;
  /** @throws PipitError when it cannot be kept */
  readonly mute: (change: Partial<PrivacyState>) => void;
  /** Resolves after so many milliseconds. */
  readonly pause: (ms: number) => Promise<unknown>;
}

const MAX_BODY_BYTES = 1024;

const Change = v.pipe(
  v.strictObject({ camera: v.optional(v.boolean()), microphone: v.optional(v.boolean()) }),
  v.check(({ camera, microphone }) => camera !== undefined || microphone !== undefined),
);

type Env = { Bindings: HttpBindings };

/** `/api/privacy`: what is muted, and muting. */
export function privacyRoutes({ gate, muted, mute, pause }: PrivacyDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/', (context) => context.json(muted()));

  const limit = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: (context) => context.json({ error: `A body has ${MAX_BODY_BYTES} bytes at most.` }, 413),
  });

  app.put('/', limit, async (context) => {
    const refusal = gate.refuse(changeRequestOf(context));
    if (refusal !== undefined) {
      if (refusal.delayMs > 0) await pause(refusal.delayMs);
      if (refusal.asksForPassword) context.header('WWW-Authenticate', 'Basic realm="Pipit", charset="UTF-8"');
      return context.json({ error: refusal.reason }, refusal.status);
    }
    const body = v.safeParse(Change, await context.req.json().catch(() => undefined));
    if (!body.success) {
      return context.json(
        { error: 'Send {"camera": true or false, "microphone": true or false}, either or both.' },
        422,
      );
    }
    const { camera, microphone } = body.output;
    try {
      mute({ ...(camera === undefined ? {} : { camera }), ...(microphone === undefined ? {} : { microphone }) });
    } catch (error) {
      if (!(error instanceof PipitError)) throw error;
      return context.json({ error: sentencesOf(reportOf(error, error.code)), ...muted() }, 500);
    }
    return context.json(muted());
  });
  return app;
}

function changeRequestOf(context: Context<Env>) {
  const { req, env } = context;
  return {
    address: env.incoming.socket.remoteAddress ?? '',
    host: req.header('host'),
    origin: req.header('origin'),
    authorization: req.header('authorization'),
  };
}
