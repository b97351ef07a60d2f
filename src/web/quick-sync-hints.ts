import type { ClientHint } from './quick-sync-deps.ts';

const MAX_CLIENTS = 500;

/** What browsers last said of their own connections. In memory, of the last 500. */
export class QuickSyncHints {
  /** Longest unsaid first. */
  readonly #hints = new Map<string, ClientHint>();

  /** @param client its device's key, or its address */
  note(client: string, hint: ClientHint): void {
    this.#hints.delete(client);
    this.#hints.set(client, hint);
    if (this.#hints.size > MAX_CLIENTS) this.#hints.delete(this.#hints.keys().next().value as string);
  }

  of(client: string): ClientHint | undefined {
    return this.#hints.get(client);
  }
}
