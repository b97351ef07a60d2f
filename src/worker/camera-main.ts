import { Socket } from 'node:net';
import type { CameraContext } from '../capture/camera/camera.ts';
import { createCamera } from '../capture/camera/create-camera.ts';
import { systemClock } from '../core/clock.ts';
import { keepCompiledCode } from '../core/compiled-code.ts';
import { CounterSet } from '../core/counters.ts';
import { reportOf } from '../core/errors.ts';
import { SentLog } from '../core/sent-log.ts';
import { FrameStore } from '../encode/frame-store.ts';
import { PictureMaker } from '../encode/picture-maker.ts';
import { isTreated } from '../encode/treatment.ts';
import { freeMemory } from '../picture/pixels.ts';
import type { CameraCommand, CameraMessage, CameraWorkerSettings } from './camera-messages.ts';
import { CaptureLoop } from './capture-loop.ts';
import { Link } from './link.ts';

/** The file descriptor of the link, as the main process hands it over. */
const LINK_FD = 3;
/** Also the sign of life while a camera is waited for. */
const COUNTERS_MS = 1_000;
/** More than this waiting to leave, and coded pictures are left out until the main process takes some. */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

/*
 * The program of a camera's worker process. It keeps the newest frames, tells of each, and makes a picture of one when
 * it is asked. It ends when its camera does, when the main process closes the link, and on SIGTERM.
 */
const stopping = new AbortController();
let fps = Number.POSITIVE_INFINITY;
let isVideoWanted = false;
let maker: PictureMaker | undefined;

const link = new Link(new Socket({ fd: LINK_FD, readable: true, writable: true }), {
  onMessage: (message) => onCommand(message as CameraCommand),
  onClose: () => process.exit(),
});
keepCompiledCode(systemClock);
process.on('SIGTERM', () => stopping.abort());
// A terminal's Ctrl-C goes to the whole process group; the main process then ends its workers in order.
process.on('SIGINT', () => {});

function tell(message: CameraMessage): void {
  link.send(message);
}

/** The main process is told why, and starts another one. */
function fail(error: unknown): void {
  const { message, code } = reportOf(error, 'worker.failed');
  tell({ type: 'log', level: 'error', message: `The camera's process cannot go on: ${message}`, fields: { code } });
  process.exitCode = 1;
  stopping.abort();
  link.close();
}

function onCommand(command: CameraCommand): void {
  switch (command.type) {
    case 'open':
      fps = command.fps;
      run(command.settings).then(() => link.close(), fail);
      break;
    case 'rate':
      fps = command.fps;
      break;
    case 'want-video':
      isVideoWanted = command.isWanted;
      break;
    case 'encode':
      answer(command).catch(fail);
      break;
  }
}

/** No picture is an answer too: of a frame that is gone or damaged. */
async function answer(command: Extract<CameraCommand, { type: 'encode' }>): Promise<void> {
  const made = await maker?.make(command);
  const { request } = command;
  if (made === undefined) {
    return tell({ type: 'picture', request, sequence: 0, ptsUs: 0, width: 0, height: 0, encodeUs: 0 });
  }
  const { data, sequence, ptsUs, width, height, encodeUs } = made;
  const picture: CameraMessage = { type: 'picture', request, sequence, ptsUs, width, height, encodeUs };
  // The camera's own JPEG is its frame's.
  const isOwn = encodeUs === 0 || command.format !== 'jpeg';
  link.sendAttached(picture, data, isOwn ? undefined : () => freeMemory(data));
}

async function run(settings: CameraWorkerSettings): Promise<void> {
  const clock = systemClock;
  const log = new SentLog(tell);
  const counters = new CounterSet();
  const { name, source, treatment } = settings;
  const wallTime = (ptsUs: number): Date => new Date(Date.now() - (clock.nowUs() - ptsUs) / 1000);
  using store = new FrameStore({ wallTime }, { name, treatment });
  maker = new PictureMaker({ clock, log, counters, store });
  const dropped = counters.counter('link_dropped_units_total', 'Units lost because the main process took none');
  let isGap = false;
  const context: CameraContext = {
    clock,
    log,
    counters,
    fps: () => fps,
    onVideoUnit({ data, ...unit }) {
      // What is masked must not leave by another way.
      if (!isVideoWanted || isTreated(treatment)) return;
      // After a gap nothing can be decoded before the next keyframe.
      if (link.unsentBytes > MAX_UNSENT_BYTES) isGap = true;
      else if (unit.isKeyframe) isGap = false;
      if (isGap) dropped.add();
      else link.sendAttached({ type: 'video-unit', ...unit } satisfies CameraMessage, Buffer.from(data));
    },
  };
  const counting = setInterval(() => tell({ type: 'counters', counters: counters.snapshot() }), COUNTERS_MS);
  const loop = new CaptureLoop({
    source: createCamera(source, context),
    clock,
    log,
    random: Math.random,
    onState: tell,
    onMedia: (frame) => tell({ type: 'frame', ...store.add(frame) }),
  });
  await loop.run(stopping.signal);
  clearInterval(counting);
}
