import type { GenericSchema } from 'valibot';
import type { Scope } from '../core/station-control.ts';

/**
 * One route of the API, as `/api/openapi.json` tells of it. Each topic has a table of them beside its routes, in
 * `NAME-operations.ts`; api-operations.ts names all tables. The schemas are those that validate.
 */
export interface ApiOperation {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  /** As Hono has it, from the root: `/api/sessions/:id`. Without a slash at its end. */
  readonly path: string;
  /** What it does, in one line. */
  readonly summary: string;
  /** What it takes; none: everybody may. */
  readonly scope: Scope;
  /** An object of strings, as they stand in the address. */
  readonly query?: GenericSchema;
  readonly body?: ApiContent;
  /** Of 200; left out: it has no body. */
  readonly answer?: ApiContent;
  /** Answers with `{ error }` that it may give besides those that its scope brings, by status: when. */
  readonly refusals?: Readonly<Record<number, string>>;
}

/** A schema stands for JSON; else it is bytes of that type. */
export type ApiContent = GenericSchema | { readonly mediaType: string };
