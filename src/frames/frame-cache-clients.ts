/** What one client has asked the cache for. */
export interface ClientAsks {
  readonly asks: number;
  /** Of these, how many cost no encode. */
  readonly hits: number;
}

/** Far beyond the viewers that a camera can have; a bound against those that nobody forgets. */
const MOST_CLIENTS = 1024;

/** Counts asks and hits by client. */
export class FrameCacheClients {
  readonly #clients = new Map<string | number, { asks: number; hits: number }>();

  count(clientId: string | number, isHit: boolean): void {
    let client = this.#clients.get(clientId);
    if (client === undefined) {
      client = { asks: 0, hits: 0 };
      this.#clients.set(clientId, client);
      if (this.#clients.size > MOST_CLIENTS) this.#forgetOldest();
    }
    client.asks += 1;
    if (isHit) client.hits += 1;
  }

  of(clientId: string | number): ClientAsks | undefined {
    return this.#clients.get(clientId);
  }

  forget(clientId: string | number): void {
    this.#clients.delete(clientId);
  }

  #forgetOldest(): void {
    const [oldest] = this.#clients.keys();
    if (oldest !== undefined) this.#clients.delete(oldest);
  }
}
