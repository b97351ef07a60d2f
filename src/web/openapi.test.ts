// deadline: 60 s
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import * as v from 'valibot';
import { Program } from '../testkit/program.ts';
import { API_OPERATIONS } from './api-operations.ts';
import { type WebDeps, webApp } from './app.ts';
import { openApiDocument, templateOf } from './openapi.ts';

const test = suite('openapi');

/** Stands for whatever is asked of it: enough for routes to be there. */
const anything: unknown = new Proxy(() => anything, { get: () => anything, has: () => true });

/** `get /api/status` of every route there is. */
function realRoutes(): Set<string> {
  const { routes } = webApp(anything as WebDeps);
  return new Set(
    routes
      .filter(({ method, path }) => method !== 'ALL' && (/^\/(api|clips)\//.test(path) || !path.slice(1).includes('/')))
      .filter(({ path }) => path !== '/' && !path.includes('*'))
      .map(({ method, path }) => `${method.toLowerCase()} ${templateOf(path.replace(/(?<=.)\/$/, ''))}`),
  );
}

test('every route is told of, and nothing else is', () => {
  const told = new Set(API_OPERATIONS.map(({ method, path }) => `${method} ${templateOf(path)}`));
  const real = realRoutes();
  assert.equal(
    [...real].filter((route) => !told.has(route)).sort(),
    [],
    'routes that no table of NAME-operations.ts tells of',
  );
  assert.equal([...told].filter((route) => !real.has(route)).sort(), [], 'told of, but not there');
  assert.is(told.size, API_OPERATIONS.length, 'each is told of once');
});

test('the document is what OpenAPI 3.1 asks for', async () => {
  const { openapi, info, paths, components } = (await openApiDocument(API_OPERATIONS, '1.2.3')) as unknown as Document;
  assert.match(openapi, /^3\.1\.\d$/);
  assert.equal([info.title, info.version], ['Pipit', '1.2.3']);
  const ids = new Set<string>();
  for (const [path, item] of Object.entries(paths)) {
    assert.match(path, /^\/[\w./{}-]*$/);
    for (const [method, operation] of Object.entries(item)) {
      assert.ok(['get', 'put', 'post', 'patch', 'delete'].includes(method), `${method} ${path}`);
      assert.not.ok(ids.has(operation.operationId), `${operation.operationId} is there twice`);
      ids.add(operation.operationId);
      assert.ok(operation.summary.length > 3 && operation.responses['200'] !== undefined, path);
      const named = (operation.parameters ?? []).filter((one) => one.in === 'path').map(({ name }) => `{${name}}`);
      assert.equal(path.match(/\{\w+\}/g) ?? [], named, path);
      for (const one of operation.parameters ?? []) assert.ok(one.schema !== undefined, `${path} ${one.name}`);
      for (const use of operation.security) {
        for (const name of Object.keys(use)) assert.ok(name in components.securitySchemes, name);
      }
    }
  }
  const privacy = paths['/api/privacy']?.['put'];
  assert.equal(privacy?.requestBody?.content['application/json']?.schema.properties, {
    camera: { type: 'boolean' },
    microphone: { type: 'boolean' },
  });
  assert.equal(Object.keys(privacy?.responses ?? {}).sort(), ['200', '401', '403', '413', '422', '500']);
});

test('the program answers as it is told', async () => {
  await using program = await Program.start(`
    source "tone" { type = "test" }
    camera "card" { type = "test" }
    mount "/stream" { source = "tone" }
    auth { password = "correct horse" }`);
  const url = (path: string): string => `http://127.0.0.1:${program.port}${path}`;
  const authorization = `Basic ${btoa('me:correct horse')}`;
  const gone = new AbortController();
  await fetch(url('/stream'), { signal: gone.signal });
  await fetch(url('/camera.mjpg'), { signal: gone.signal });
  const { live } = (await (await fetch(url('/api/sessions'))).json()) as { live: { id: string }[] };
  assert.is(live.length, 2);

  const ids: Record<string, string> = { '/api/sessions': live[0]?.id ?? '' };
  const asked: string[] = [];
  for (const { method, path, scope, answer } of API_OPERATIONS) {
    const folder = path.slice(0, path.indexOf('/:'));
    const at = path.replace(/:\w+/, ids[folder] ?? ':none');
    if (method !== 'get' || answer === undefined || at.includes(':')) continue;
    const headers = new Headers(scope === 'none' || scope === 'read' ? {} : { authorization });
    const response = await fetch(url(at), { headers });
    asked.push(at);
    if (!response.ok) {
      const { error } = (await response.json()) as { error: string };
      assert.ok([404, 409].includes(response.status) && error.length > 10, `${at}: ${response.status} ${error}`);
    } else if ('mediaType' in answer) {
      assert.is(response.headers.get('content-type')?.split(';')[0], answer.mediaType, at);
      await response.arrayBuffer();
    } else {
      const result = v.safeParse(answer, await response.json());
      assert.equal(result.issues?.map((issue) => `${v.getDotPath(issue)}: ${issue.message}`) ?? [], [], at);
    }
  }
  assert.ok(asked.includes('/api/stats') && asked.includes('/api/status') && asked.length > 12, asked.join(' '));

  const muted = await fetch(url('/api/privacy'), {
    method: 'PUT',
    headers: { authorization, 'content-type': 'application/json' },
    body: '{"camera":true}',
  });
  assert.equal(await muted.json(), { camera: true, microphone: false });
  gone.abort();
});

interface Document {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly securitySchemes: object };
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly schema: object }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: { readonly properties: object } }>>;
  };
  readonly responses: Readonly<Record<string, object>>;
  readonly security: readonly object[];
}

test.run();
