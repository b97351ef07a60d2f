/** The registry alone: the package prom-client has it in a file of its own, without types. */
declare module 'prom-client/lib/registry.js' {
  import type { Registry } from 'prom-client';

  const registry: typeof Registry;
  export = registry;
}
