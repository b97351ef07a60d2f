import type { GenericSchema } from 'valibot';
import type { ApiContent, ApiOperation } from './api-operation.ts';

type Json = Readonly<Record<string, unknown>>;

const ABOUT = [
  'Everything that the page does, as an API. Figures are in the units that stand in their names; what is not known is',
  'null or left out. Streams and pictures have paths of their own (/stream, /camera.mjpg, /camera.jpg), and what changes',
  'comes live over the WebSocket /api/live.',
].join(' ');

const ERROR: Json = {
  type: 'object',
  properties: { error: { type: 'string', description: 'What is wrong and what to do, in sentences' } },
  required: ['error'],
};

/** How one shows who one is; each is enough. */
const SECURITY_SCHEMES: Json = {
  password: { type: 'http', scheme: 'basic', description: 'Any name, and the password of the station' },
  token: { type: 'http', scheme: 'bearer', description: 'A token for programs' },
  session: { type: 'apiKey', in: 'cookie', name: 'pipit_session', description: 'Of the page, after signing in' },
};

/**
 * The API as OpenAPI has it (specification 3.1.1), made from the schemas that validate.
 * @param operations in any order
 */
export async function openApiDocument(operations: readonly ApiOperation[], version: string): Promise<Json> {
  const { toJsonSchema } = await import('@valibot/to-json-schema');
  const schemaOf = (schema: GenericSchema): Json => {
    const options = { target: 'draft-2020-12', typeMode: 'input', errorMode: 'ignore' } as const;
    const { $schema, ...json } = toJsonSchema(schema, options) as Json;
    return json;
  };
  const contentOf = (content: ApiContent): Json => {
    if ('mediaType' in content) return { [content.mediaType]: {} };
    return { 'application/json': { schema: schemaOf(content) } };
  };

  const paths: Record<string, Record<string, Json>> = {};
  for (const operation of operations.toSorted(byPath)) {
    const { method, path, summary, scope, query, body, answer } = operation;
    const item = paths[templateOf(path)] ?? {};
    paths[templateOf(path)] = item;
    const parameters = [...pathParameters(path), ...(query === undefined ? [] : queryParameters(schemaOf(query)))];
    item[method] = {
      summary,
      operationId: operationIdOf(operation),
      ...(parameters.length === 0 ? {} : { parameters }),
      ...(body === undefined ? {} : { requestBody: { required: true, content: contentOf(body) } }),
      responses: {
        200: { description: 'Done', ...(answer === undefined ? {} : { content: contentOf(answer) }) },
        ...refusalsOf(operation),
      },
      security: scope === 'none' || scope === 'read' ? [{}, ...SECURITY] : SECURITY,
      'x-scope': scope,
    };
  }
  return {
    openapi: '3.1.1',
    info: { title: 'Pipit', version, description: ABOUT },
    paths,
    components: { securitySchemes: SECURITY_SCHEMES },
  };
}

const SECURITY = Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] }));

/** `/api/sessions/:id` is `/api/sessions/{id}`; a pattern of Hono's after the name is no part of it. */
export function templateOf(path: string): string {
  return path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}');
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
}

function queryParameters(schema: Json): Json[] {
  const required = (schema['required'] ?? []) as readonly string[];
  return Object.entries((schema['properties'] ?? {}) as Record<string, Json>).map(([name, property]) => {
    const { description, ...rest } = property;
    return {
      name,
      in: 'query',
      required: required.includes(name),
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

function refusalsOf({ scope, body, refusals = {} }: ApiOperation): Json {
  const all: Record<number, string> = {};
  if (scope !== 'none') Object.assign(all, { 401: 'It takes a password or a token', 403: 'It is not for who asks' });
  if (body !== undefined) Object.assign(all, { 413: 'The body is too long', 422: 'The body is not what it must be' });
  Object.assign(all, refusals);
  return Object.fromEntries(
    Object.entries(all).map(([status, description]) => [
      status,
      { description, content: { 'application/json': { schema: ERROR } } },
    ]),
  );
}

/** `getApiSessionsById` */
function operationIdOf({ method, path }: ApiOperation): string {
  const words = path
    .split(/[^\w:]+/)
    .filter(Boolean)
    .map((word) => (word.startsWith(':') ? `by-${word.slice(1)}` : word))
    .flatMap((word) => word.split(/[-_]/));
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function byPath(a: ApiOperation, b: ApiOperation): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
