import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import * as v from 'valibot';
import { type ErrorReport, sentencesOf } from '../core/errors.ts';
import { type MqttStatus, MqttTest, type MqttTestAnswer } from './mqtt-schemas.ts';
import { needs, type WebAccess } from './needs.ts';

export interface MqttDeps extends WebAccess {
  readonly status: () => MqttStatus;
  /** Tries a connection; undefined: it worked. Takes ten seconds at most. */
  readonly test: (change: MqttTest) => Promise<ErrorReport | undefined>;
}

const MAX_BODY_BYTES = 16 * 1024;

type Env = { Bindings: HttpBindings };

/** `/api/mqtt`: how it is with the broker, and trying another one before it is saved. */
export function mqttRoutes({ status, test, ...access }: MqttDeps): Hono<Env> {
  const app = new Hono<Env>();
  let isTesting = false;
  app.get('/', needs(access, 'read'), (context) => context.json(status()));

  const limit = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: (context) => context.json({ error: `A body has ${MAX_BODY_BYTES} bytes at most.` }, 413),
  });

  app.post('/test', limit, needs(access, 'admin'), async (context) => {
    const text = await context.req.text();
    const body = v.safeParse(MqttTest, text === '' ? {} : parsed(text));
    if (!body.success) {
      const [issue] = body.issues;
      const where = v.getDotPath(issue) ?? 'the body';
      return context.json({ error: `${where} cannot be used for a test: ${issue.message}.` }, 422);
    }
    if (isTesting) return context.json({ error: 'Another test is running. Try again in ten seconds.' }, 409);
    isTesting = true;
    try {
      const trouble = await test(body.output);
      const answer: MqttTestAnswer =
        trouble === undefined
          ? { ok: true, message: 'The broker lets Pipit in.' }
          : { ok: false, message: capitalized(sentencesOf(trouble)), code: trouble.code };
      return context.json(answer);
    } finally {
      isTesting = false;
    }
  });
  return app;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function capitalized(sentence: string): string {
  return sentence.slice(0, 1).toUpperCase() + sentence.slice(1);
}
