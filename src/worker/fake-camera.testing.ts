import { Socket } from 'node:net';
import type { CameraCommand, CameraMessage } from './camera-messages.ts';
import { Link } from './link.ts';

/*
 * A camera's worker process without a camera: a program for tests. It tells of a frame every 20 ms, answers with its
 * order for a picture, and logs every other command at level debug. What else it does is the name of its camera:
 * `crash` dies after its fifth frame; `blind` tells of none after its third; `busy` never answers; `empty` answers
 * without a picture; `chatty` says with each frame that it is live; `video` sends coded pictures; `done` ends in order.
 */
let behaviour = '';
let sequence = 0;
const link = new Link(new Socket({ fd: 3, readable: true, writable: true }), {
  onMessage: (message) => onCommand(message as CameraCommand),
  onClose: () => process.exit(0),
});

function tell(message: CameraMessage): void {
  link.send(message);
}

function tellFrame(): void {
  sequence += 1;
  tell({ type: 'frame', sequence, ptsUs: sequence * 1000, width: 64, height: 48 });
}

function onCommand(command: CameraCommand): void {
  if (command.type === 'encode') return answer(command);
  tell({ type: 'log', level: 'debug', message: JSON.stringify(command) });
  if (command.type === 'open') run(command.settings.name);
}

function answer(order: Extract<CameraCommand, { type: 'encode' }>): void {
  const { request, width, level } = order;
  if (behaviour === 'busy' || behaviour === 'crash') return;
  if (behaviour === 'empty')
    return tell({ type: 'picture', request, sequence: 0, ptsUs: 0, width: 0, height: 0, encodeUs: 0 });
  const picture: CameraMessage = {
    type: 'picture',
    request,
    sequence: order.sequence,
    ptsUs: order.sequence * 1000,
    width: width || 64,
    height: 48,
    encodeUs: level,
  };
  link.sendAttached(picture, Buffer.from(JSON.stringify(order)));
}

function run(name: string): void {
  behaviour = name;
  tell({ type: 'state', state: 'live', detail: name });
  setInterval(() => {
    tell({ type: 'counters', counters: { ticks_total: sequence } });
    if (name === 'blind' && sequence >= 3) return;
    if (name === 'crash' && sequence >= 5) process.kill(process.pid, 'SIGKILL');
    if (name === 'done' && sequence >= 5) {
      tell({ type: 'state', state: 'ended', detail: name });
      return link.close();
    }
    if (name === 'chatty') tell({ type: 'state', state: 'live', detail: name });
    tellFrame();
    if (name !== 'video') return;
    const unit = { type: 'video-unit', codec: 'h264', ptsUs: sequence, durationUs: 20, isKeyframe: true } as const;
    link.sendAttached(unit satisfies CameraMessage, Buffer.from('unit'));
  }, 20);
}
