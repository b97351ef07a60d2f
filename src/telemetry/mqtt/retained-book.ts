import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import type { Log } from '../../core/log.ts';

/** What Home Assistant was told of the device: where, and the platform of each component. */
export interface Announced {
  readonly topic: string;
  readonly components: Readonly<Record<string, string>>;
}

const MAX_TOPICS = 4_000;
const Topic = v.pipe(v.string(), v.minLength(1), v.maxLength(512));
const Page = v.strictObject({
  broker: v.string(),
  topics: v.pipe(v.array(Topic), v.maxLength(MAX_TOPICS)),
  announced: v.optional(v.strictObject({ topic: Topic, components: v.record(v.string(), v.string()) })),
});

/**
 * What lies at the broker because we have had it retained there: what goes from the configuration has to be taken away
 * from the broker, too, even if Pipit was off meanwhile. Kept in a file that is written only when that changes.
 */
export class RetainedBook {
  readonly #log: Log;
  readonly #file: string;
  #broker = '';
  #topics = new Set<string>();
  #announced: Announced | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isDue = false;

  constructor({ log }: { log: Log }, file: string) {
    this.#log = log;
    this.#file = file;
  }

  get topics(): ReadonlySet<string> {
    return this.#topics;
  }

  get announced(): Announced | undefined {
    return this.#announced;
  }

  /**
   * Reads what is known of this broker; of another one nothing is remembered.
   * @param broker `host:port`
   */
  async open(broker: string): Promise<void> {
    await this.#writing;
    this.#broker = broker;
    this.#topics = new Set();
    this.#announced = undefined;
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    const page = v.safeParse(v.pipe(v.string(), v.parseJson(), Page), text);
    if (!page.success || page.output.broker !== broker) return;
    this.#topics = new Set(page.output.topics);
    this.#announced = page.output.announced;
  }

  add(topics: Iterable<string>): void {
    for (const topic of topics) {
      if (this.#topics.has(topic) || this.#topics.size >= MAX_TOPICS) continue;
      this.#topics.add(topic);
      this.#write();
    }
  }

  remove(topic: string): void {
    if (this.#topics.delete(topic)) this.#write();
  }

  announce(announced: Announced | undefined): void {
    if (JSON.stringify(announced) === JSON.stringify(this.#announced)) return;
    this.#announced = announced;
    this.#write();
  }

  /** Resolves when all is written. */
  async settle(): Promise<void> {
    await this.#writing;
  }

  /** Several changes at once are one write. */
  #write(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    this.#writing = this.#writing.then(async () => {
      this.#isDue = false;
      const page = { broker: this.#broker, topics: [...this.#topics], announced: this.#announced };
      try {
        await mkdir(dirname(this.#file), { recursive: true });
        await writeFile(`${this.#file}.new`, JSON.stringify(page));
        await rename(`${this.#file}.new`, this.#file);
      } catch (error) {
        this.#log.warning(`what lies at the MQTT broker cannot be remembered: ${(error as Error).message}`);
      }
    });
  }
}
