import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench } from './hardware-test.ts';
import { must, program } from './program.ts';

const SPACE = 'pipit-test';
const [NEAR, FAR] = ['pipit-near', 'pipit-far'];
/** TEST-NET-2 (RFC 5737): no network has it. */
const [NEAR_ADDRESS, FAR_ADDRESS] = ['198.51.100.1', '198.51.100.2'];
const LISTENER = fileURLToPath(new URL(`./remote-listener${extname(import.meta.filename)}`, import.meta.url));

/** Somebody at the other end of a link. */
export interface FarListener {
  /** Bytes that have reached it. */
  bytes(): number;
  /** Milliseconds in which nothing reached it, since the last call. */
  longestGapMs(): number;
  isOpen(): boolean;
}

/** A network of the test's own: two interfaces with a link between them that can be as bad as one likes. */
export class ShapedLink {
  /** Where a station listens that is to be reached through it. */
  readonly address = NEAR_ADDRESS;
  readonly #bench: Bench;

  private constructor(bench: Bench) {
    this.#bench = bench;
  }

  static async open(bench: Bench): Promise<ShapedLink> {
    await program('ip', ['netns', 'delete', SPACE]);
    await program('ip', ['link', 'delete', NEAR]);
    await must('ip', ['netns', 'add', SPACE]);
    bench.stack.defer(async () => {
      await program('ip', ['link', 'delete', NEAR]);
      await must('ip', ['netns', 'delete', SPACE]);
    });
    await must('ip', ['link', 'add', NEAR, 'type', 'veth', 'peer', 'name', FAR, 'netns', SPACE]);
    await must('ip', ['address', 'add', `${NEAR_ADDRESS}/24`, 'dev', NEAR]);
    await must('ip', ['link', 'set', NEAR, 'up']);
    await must('ip', ['-n', SPACE, 'address', 'add', `${FAR_ADDRESS}/24`, 'dev', FAR]);
    await must('ip', ['-n', SPACE, 'link', 'set', FAR, 'up']);
    return new ShapedLink(bench);
  }

  /** What leaves towards the far end from now on, as tc(8) says it: `tbf rate 100kbit …`, `netem delay …`. */
  async shape(discipline: string): Promise<void> {
    await must('tc', ['qdisc', 'replace', 'dev', NEAR, 'root', ...discipline.split(' ')]);
  }

  /** As good as it was. */
  async mend(): Promise<void> {
    await program('tc', ['qdisc', 'delete', 'dev', NEAR, 'root']);
  }

  /** Somebody who listens there until the end of the test. */
  listen(url: string): FarListener {
    const child: ChildProcess = spawn('ip', ['netns', 'exec', SPACE, process.execPath, LISTENER, url], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#bench.stack.defer(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    });
    let [bytes, longestMs, lastMs, isOpen] = [0, 0, performance.now(), true];
    child.once('exit', () => {
      isOpen = false;
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      const nowMs = performance.now();
      if (bytes > 0) longestMs = Math.max(longestMs, nowMs - lastMs);
      bytes += chunk.length;
      lastMs = nowMs;
    });
    return {
      bytes: () => bytes,
      isOpen: () => isOpen,
      longestGapMs() {
        const gap = Math.max(longestMs, performance.now() - lastMs);
        longestMs = 0;
        return gap;
      },
    };
  }
}
