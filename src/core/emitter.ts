/** Tells its subscribers, in the order they came, synchronously. One value type, no event names. */
export class Emitter<T> {
  readonly #subscribers = new Set<(value: T) => void>();

  /** Calls `fn` with every later value; the function it returns ends that, any number of times. */
  subscribe(fn: (value: T) => void): () => void {
    // A wrapper each, so that one function subscribed twice is called twice and ends twice.
    const own = (value: T): void => fn(value);
    this.#subscribers.add(own);
    return () => this.#subscribers.delete(own);
  }

  emit(value: T): void {
    for (const subscriber of this.#subscribers) subscriber(value);
  }

  get size(): number {
    return this.#subscribers.size;
  }
}
