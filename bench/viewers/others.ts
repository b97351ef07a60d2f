import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pause, stop } from '../station-process.ts';
import { readParts } from './read-parts.ts';

/** A server of one stream, to compare with. */
export interface OtherServer {
  readonly name: string;
  readonly port: number;
  readonly path: string;
  start(): ChildProcess;
}

/** The C loop that only writes. */
export function floorInC(program: string, port: number, pictures: readonly string[]): OtherServer {
  const start = () => spawn(program, [String(port), '25', ...pictures], { stdio: 'inherit' });
  return { name: 'C loop, writes only', port, path: '/', start };
}

/** The same in Node. */
export function floorInNode(port: number, pictures: readonly string[]): OtherServer {
  const program = fileURLToPath(new URL('./node-floor.ts', import.meta.url));
  const start = () => spawn(process.execPath, [program, String(port), '25', ...pictures], { stdio: 'inherit' });
  return { name: 'Node loop, writes only', port, path: '/', start };
}

/**
 * Debian's motion, which decodes the film and encodes each picture once for all viewers, as Pipit does; it cannot be
 * kept from looking for movement, so it looks for more than there can be. It paces each connection by sleeping for the
 * time between two pictures and something more: at 28 it comes to about 25 a second. It may hang at the end of the film.
 */
export function motion(dir: string, port: number, film: string): OtherServer {
  const target = join(dir, 'motion');
  const config = join(dir, 'motion.conf');
  const start = (): ChildProcess => {
    mkdirSync(target, { recursive: true });
    writeFileSync(
      config,
      `daemon off
setup_mode off
log_level 4
target_dir ${target}
netcam_url file://${film}
width 1280
height 720
framerate 25
threshold 900000
noise_level 255
picture_output off
movie_output off
text_left
text_right
stream_port ${port}
stream_localhost on
stream_maxrate 28
stream_quality 70
stream_motion off
webcontrol_port 0
`,
    );
    return spawn('motion', ['-c', config], { stdio: ['ignore', 'ignore', 'ignore'] });
  };
  return { name: 'motion', port, path: '/', start };
}

/** Resolves when the server shows pictures: it may listen, and turn viewers away, before it has any. */
export async function delivering({ name, port, path }: OtherServer): Promise<void> {
  const signal = AbortSignal.timeout(15_000);
  while (!signal.aborted) {
    const parts = await readParts(port, path, 3, signal).catch(() => []);
    if (parts.length === 3) return;
    await pause(100);
  }
  throw new Error(`${name} shows no pictures`);
}

/** Ends a server, one that hangs as well. */
export async function end(child: ChildProcess): Promise<void> {
  const kill = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await stop(child);
  clearTimeout(kill);
}
