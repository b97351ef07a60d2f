import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';
import { PipitError, reportOf, sentencesOf } from '../core/errors.ts';
import type { PrivacyState } from './answers.ts';
import { needs, type WebAccess } from './needs.ts';

export interface PrivacyDeps extends WebAccess {
  readonly muted: () => PrivacyState;
  /** @throws PipitError when it cannot be kept */
  readonly mute: (change: Partial<PrivacyState>) => void;
}

const MAX_BODY_BYTES = 1024;

/** The body of a change: either or both. */
export const PrivacyChange = v.pipe(
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

  app.put('/', limit, needs({ gate, pause }, 'control'), async (context) => {
    const body = v.safeParse(PrivacyChange, await context.req.json().catch(() => undefined));
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
