import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { needs, type WebAccess } from './needs.ts';

export interface MetricsDeps extends WebAccess {
  readonly contentType: string;
  /** All metrics at this moment, as Prometheus reads them. */
  readonly metrics: () => Promise<string>;
}

type Env = { Bindings: HttpBindings };

/** `/metrics`: what Prometheus collects. */
export function metricsRoutes({ gate, pause, contentType, metrics }: MetricsDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/', needs({ gate, pause }, 'read'), async (context) => {
    context.header('Content-Type', contentType);
    context.header('Cache-Control', 'no-store');
    return context.body(await metrics());
  });
  return app;
}
