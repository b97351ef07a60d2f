import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import { silentLog } from '../core/log.ts';
import { SAMPLE_RATE } from '../core/pcm.ts';

/** Where a station is asked. */
export interface ProofTarget {
  /** `http://127.0.0.1:8001` */
  readonly url: string;
  /** Path of the mount that has to sound. */
  readonly mount: string;
}

const AGAIN_MS = 2_000;
const ANSWER_MS = 10_000;
/** Half a minute of the best rung: sound is found long before. */
const MAX_BYTES = 2 * 1024 * 1024;

/**
 * Whether a station works: it says that it is well, and one second of its sound can be decoded. Asks until it does.
 *
 * @returns undefined when it works, else why it has not within `patienceMs`
 */
export async function proveStation(target: ProofTarget, patienceMs: number): Promise<string | undefined> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const problem = await problemOf(target);
    if (problem === undefined) return undefined;
    if (performance.now() + AGAIN_MS > until) return problem;
    await wait(AGAIN_MS);
  }
}

async function problemOf({ url, mount }: ProofTarget): Promise<string | undefined> {
  try {
    const health = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const { status } = (await health.json()) as { readonly status?: unknown };
    if (!health.ok || status !== 'ok') return `The station answers ${health.status} at /healthz`;
    return await soundProblem(`${url}${mount}`, mount);
  } catch (error) {
    const { name, message, cause } = error as Error & { readonly cause?: { readonly code?: string } };
    return `The station does not answer: ${name === 'TimeoutError' ? 'it takes too long' : (cause?.code ?? message)}`;
  }
}

async function soundProblem(url: string, mount: string): Promise<string | undefined> {
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), ANSWER_MS);
  try {
    const response = await fetch(url, { signal: stop.signal, redirect: 'manual' });
    // Closed to listeners: the mount is there and its door works, and nobody has given us a password.
    if (response.status === 401 || response.status === 403) return undefined;
    if (!response.ok || response.body === null) return `The station answers ${response.status} at ${mount}`;
    const samples = await decodedSamples(response.body, response.headers.get('content-type') ?? '', stop.signal);
    return samples >= SAMPLE_RATE ? undefined : `No second of sound could be decoded from ${mount}`;
  } finally {
    clearTimeout(late);
    stop.abort();
  }
}

/** How many of one channel could be decoded, at least a second where there is one. */
async function decodedSamples(
  body: ReadableStream<Uint8Array>,
  contentType: string,
  signal: AbortSignal,
): Promise<number> {
  const [{ ByteInput }, { decodeBytes }] = await Promise.all([
    import('../capture/byte-input.ts'),
    import('../capture/decode-bytes.ts'),
  ]);
  const bytes = new ByteInput();
  let taken = 0;
  const feeding = (async () => {
    for await (const chunk of body) {
      taken += chunk.length;
      bytes.push(chunk);
      if (taken > MAX_BYTES) break;
    }
  })()
    .catch(() => {})
    .finally(() => bytes.end());
  const context = {
    clock: systemClock,
    log: silentLog,
    counters: new CounterSet(),
    channels: 1,
    onMetadata() {},
  } as const;
  let samples = 0;
  for await (const block of decodeBytes(bytes, { contentType, name: 'proof' }, context, signal)) {
    samples += block.samples.length;
    if (samples >= SAMPLE_RATE) break;
  }
  void feeding;
  return samples;
}
