import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import type { Heard } from './heard.ts';
import type { LinkPlan } from './link-plan.ts';
import type { ReadOrder } from './read-order.ts';

/** How long a packet may wait at the link before it is dropped: what a cheap router has. */
const QUEUE_MS = 400;
/** What leaves at once after a pause: some milliseconds, and no less than two packets. */
const BURST_MS = 20;
const LEAST_BURST_BYTES = 3_200;
/** One packet, and the next after 13 s. */
const NOTHING: readonly string[] = ['rate', '1kbit', 'burst', '1600', 'limit', '1600'];
const READERS_FILE = new URL('readers.ts', import.meta.url).pathname;
const run = promisify(execFile);

/**
 * A network namespace with any number of links to ours, and a process in it that reads streams. Each link is a pair of
 * interfaces with addresses of its own; its near end passes no more than the link carries. Namespace and interfaces are
 * gone with the process.
 */
export class FarSide {
  static #links = 0;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<string, (heard: Heard) => void>();

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /** @param receiveBytes what the kernel keeps at most for who does not read; left out: what it likes */
  static async open(receiveBytes?: number): Promise<FarSide> {
    const child = spawn('unshare', ['--net', process.execPath, READERS_FILE], { stdio: ['pipe', 'pipe', 'pipe'] });
    // It says so when it has a namespace.
    await once(child.stderr as Readable, 'data');
    child.stderr?.on('data', (text: Buffer) => process.stderr.write(text));
    const side = new FarSide(child);
    if (receiveBytes !== undefined) {
      const sizes = `4096 ${receiveBytes} ${receiveBytes}`;
      execFileSync(...side.inside('sh', ['-c', `echo "${sizes}" > /proc/sys/net/ipv4/tcp_rmem`]));
    }
    createInterface({ input: child.stdout as Readable }).on('line', (line) => {
      const [key, heard] = JSON.parse(line) as [string, Heard];
      side.#waiting.get(key)?.(heard);
      side.#waiting.delete(key);
    });
    return side;
  }

  /** A command, as it must be called to run inside. */
  inside(command: string, args: readonly string[]): [string, string[]] {
    return ['nsenter', ['-t', String(this.#process.pid), '-n', command, ...args]];
  }

  /** A new link, carrying what its plan begins with. */
  async link(plan: LinkPlan): Promise<Link> {
    FarSide.#links += 1;
    const index = FarSide.#links;
    const [device, far, net] = [`near${index}`, `far${index}`, `10.${100 + (index >> 8)}.${index & 255}`];
    const pid = String(this.#process.pid);
    // One packet at a time: bundles of them would not fit through the burst of a slow link.
    const peer = ['type', 'veth', 'peer', 'name', far, 'netns', pid];
    await run('ip', ['link', 'add', device, 'gso_max_segs', '1', ...peer]);
    await run('ip', ['address', 'add', `${net}.1/30`, 'dev', device]);
    await run('ip', ['link', 'set', device, 'up']);
    await run(...this.inside('ip', ['address', 'add', `${net}.2/30`, 'dev', far]));
    await run(...this.inside('ip', ['link', 'set', far, 'up']));
    const link = new Link(device, `${net}.1`);
    await link.carry(plan.steps[0]?.kbps ?? 0);
    return link;
  }

  read(order: ReadOrder): void {
    (this.#process.stdin as Writable).write(`${JSON.stringify(order)}\n`);
  }

  /** What was heard by that reader, which ends. */
  finish(key: string): Promise<Heard> {
    const heard = new Promise<Heard>((done) => this.#waiting.set(key, done));
    (this.#process.stdin as Writable).write(`${JSON.stringify({ end: key })}\n`);
    return heard;
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }
}

/** One link, as seen from our side. */
export class Link {
  /** Where the station is, for who is at its far end. */
  readonly host: string;
  readonly #device: string;
  readonly #timers: NodeJS.Timeout[] = [];
  #hasShape = false;

  constructor(device: string, host: string) {
    this.#device = device;
    this.host = host;
  }

  /** Goes as planned from now on. */
  follow({ steps }: LinkPlan): void {
    for (const { atS, kbps } of steps) {
      if (atS > 0) this.#timers.push(setTimeout(() => void this.carry(kbps), atS * 1000));
    }
  }

  /** Carries that much from now on. */
  async carry(kbps: number): Promise<void> {
    const burst = Math.max(LEAST_BURST_BYTES, Math.round((kbps * BURST_MS) / 8));
    const shape = kbps > 0 ? ['rate', `${kbps}kbit`, 'burst', `${burst}`, 'latency', `${QUEUE_MS}ms`] : NOTHING;
    const verb = this.#hasShape ? 'change' : 'add';
    this.#hasShape = true;
    await run('tc', ['qdisc', verb, 'dev', this.#device, 'root', 'tbf', ...shape]);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}
