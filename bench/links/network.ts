import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { Sight } from './sight.ts';

/** What leaves at once after a pause, and how long a packet may wait before it is dropped: what a cheap router has. */
const QUEUE = ['burst', '16kb', 'latency', '400ms'];

export interface ViewerRequest {
  readonly port: number;
  /** Path of a camera's stream, or of the WebSocket. */
  readonly path: string;
  readonly transport: 'mjpeg' | 'websocket';
}

/**
 * A viewer in a process of its own. Behind a link that process is alone in a network namespace, at the far end of a
 * pair of interfaces; the near end, in our namespace, passes no more than the link carries. Namespace and interfaces
 * have no names outside and are gone with the process.
 */
export class RemoteViewer {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #device: string | undefined;
  readonly #output: Promise<string>;

  private constructor(name: string, process: ChildProcess, device: string | undefined) {
    this.name = name;
    this.#process = process;
    this.#device = device;
    this.#output = textOf(process.stdout as Readable);
  }

  static onLoopback(name: string, request: ViewerRequest): RemoteViewer {
    const viewer = new RemoteViewer(name, spawn(process.execPath, argumentsOf(request, '127.0.0.1'), PIPES), undefined);
    viewer.#begin();
    return viewer;
  }

  /** @param index of the link; makes its addresses */
  static async behindLink(name: string, index: number, kbps: number, request: ViewerRequest): Promise<RemoteViewer> {
    const device = `link${index}`;
    const near = `10.91.${index}.1`;
    const child = spawn('unshare', ['--net', process.execPath, ...argumentsOf(request, near)], PIPES);
    const pid = String(child.pid);
    // It says so when it has a namespace.
    await once(child.stderr as Readable, 'data');
    child.stderr?.on('data', (text: Buffer) => process.stderr.write(text));
    // One packet at a time: bundles of them would not fit through the burst of a slow link.
    run('ip', ['link', 'add', device, 'gso_max_segs', '1', 'type', 'veth', 'peer', 'name', 'far', 'netns', pid]);
    run('ip', ['address', 'add', `${near}/30`, 'dev', device]);
    run('ip', ['link', 'set', device, 'up']);
    run('nsenter', ['-t', pid, '-n', 'ip', 'address', 'add', `10.91.${index}.2/30`, 'dev', 'far']);
    run('nsenter', ['-t', pid, '-n', 'ip', 'link', 'set', 'far', 'up']);
    const viewer = new RemoteViewer(name, child, device);
    viewer.#shape('add', kbps);
    viewer.#begin();
    return viewer;
  }

  /** From now on the link carries that much. */
  carry(kbps: number): void {
    this.#shape('change', kbps);
  }

  /** Ends it; what it saw. */
  async finish(): Promise<Sight> {
    (this.#process.stdin as Writable).end();
    return JSON.parse(await this.#output) as Sight;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #begin(): void {
    this.#process.stdin?.write('go\n');
  }

  #shape(verb: 'add' | 'change', kbps: number): void {
    if (this.#device === undefined) throw new Error('loopback carries everything');
    run('tc', ['qdisc', verb, 'dev', this.#device, 'root', 'tbf', 'rate', `${kbps}kbit`, ...QUEUE]);
  }
}

/** Settings of TCP in our namespace; never to be called outside of one of our own. */
export function setTcp(name: string, value: string | number): void {
  writeFileSync(`/proc/sys/net/ipv4/${name}`, String(value));
}

/** Brings our namespace's own loopback up. */
export function raiseLoopback(): void {
  run('ip', ['link', 'set', 'lo', 'up']);
}

const PIPES: { stdio: ['pipe', 'pipe', 'pipe'] } = { stdio: ['pipe', 'pipe', 'pipe'] };
const VIEWER_FILE = new URL('viewer.ts', import.meta.url).pathname;

function argumentsOf({ port, path, transport }: ViewerRequest, host: string): string[] {
  return [VIEWER_FILE, transport, host, String(port), path];
}

function run(command: string, args: readonly string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}
