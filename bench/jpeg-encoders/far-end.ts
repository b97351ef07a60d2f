import { Socket } from 'node:net';
import { freeMemory } from '../../src/picture/pixels.ts';
import { Link } from '../../src/worker/link.ts';
import { encodings, paced } from './camera-rhythm.ts';
import { LINK_FD } from './part-process.ts';
import { readFrames } from './street-frames.ts';

/*
 * The program of the worker's part: makes pictures, or pretends to, and sends them over the link. It ends when that is
 * closed.
 *
 *   node far-end.ts WIDTH HEIGHT FRAMES
 */

/** What the main process asks of it. */
export type FarEndCommand =
  /** That many pictures of that size, one every so often; 0 bytes: the timer alone runs. */
  | { readonly type: 'send'; readonly count: number; readonly bytes: number; readonly everyMs: number }
  /** For so many frames, one every so often, a picture of each level. */
  | { readonly type: 'encode'; readonly count: number; readonly levels: readonly number[]; readonly everyMs: number };

export type FarEndMessage =
  | { readonly type: 'ready' }
  /** The picture is attached. */
  | { readonly type: 'picture' }
  /** What this process has spent, milliseconds. */
  | { readonly type: 'done'; readonly cpuMs: number };

const [width = 0, height = 0, frameCount = 0] = process.argv.slice(2).map(Number);
const frames = frameCount === 0 ? [] : readFrames(width, height, frameCount);
const link = new Link(new Socket({ fd: LINK_FD, readable: true, writable: true }), {
  onMessage: (message) => void run(message as FarEndCommand),
  onClose: () => process.exit(0),
});

async function run(command: FarEndCommand): Promise<void> {
  const before = process.cpuUsage();
  if (command.type === 'send') {
    const picture = Buffer.alloc(command.bytes, 'picture');
    await paced(command.count, command.everyMs, () => {
      if (picture.length > 0) link.sendAttached({ type: 'picture' } satisfies FarEndMessage, picture);
    });
  } else {
    await paced(command.count, command.everyMs, (i) => Promise.all(encodings(frames, i, command.levels).map(send)));
  }
  const { user, system } = process.cpuUsage(before);
  link.send({ type: 'done', cpuMs: (user + system) / 1000 } satisfies FarEndMessage);
}

async function send(encoding: Promise<Buffer>): Promise<void> {
  const jpeg = await encoding;
  link.sendAttached({ type: 'picture' } satisfies FarEndMessage, jpeg, () => freeMemory(jpeg));
}

link.send({ type: 'ready' } satisfies FarEndMessage);
