import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';

export interface OpenApiDeps {
  readonly version: () => string;
}

type Env = { Bindings: HttpBindings };

/** `/api/openapi.json`: the API, for programs. Few ask for it: what makes it is loaded then. */
export function openApiRoutes({ version }: OpenApiDeps): Hono<Env> {
  const app = new Hono<Env>();
  app.get('/', async (context) => {
    const [{ openApiDocument }, { API_OPERATIONS }] = await Promise.all([
      import('./openapi.ts'),
      import('./api-operations.ts'),
    ]);
    context.header('Access-Control-Allow-Origin', '*');
    return context.json(await openApiDocument(API_OPERATIONS, version()));
  });
  return app;
}
