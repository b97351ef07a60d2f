import { Socket } from 'node:net';
import { ByteInput } from '../capture/byte-input.ts';
import { createSource } from '../capture/create-source.ts';
import { MutableSource } from '../capture/mutable-source.ts';
import { SilenceSource } from '../capture/silence-source.ts';
import type { SourceContext } from '../capture/source.ts';
import { systemClock } from '../core/clock.ts';
import { keepCompiledCode } from '../core/compiled-code.ts';
import { CounterSet } from '../core/counters.ts';
import { rungNamed } from '../core/rung.ts';
import { SentLog } from '../core/sent-log.ts';
import { ffmpegEncoders } from '../encode/ffmpeg-encoder.ts';
import { Ladder } from '../encode/ladder.ts';
import { SoundPath } from '../encode/sound-path.ts';
import { Timeline } from '../encode/timeline.ts';
import { CaptureLoop } from './capture-loop.ts';
import { Link } from './link.ts';
import type { WorkerCommand, WorkerMessage, WorkerSettings } from './messages.ts';

/** The file descriptor of the link, as the main process hands it over. */
const LINK_FD = 3;
/** Also the sign of life while a source waits for its device. */
const COUNTERS_MS = 1_000;
/** The main process takes what it is sent at once, or it is in trouble: then live sound is not kept for it. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;

/*
 * The program of a media worker process: one source, from its device to access units. It ends when its source does,
 * when the main process closes the link, and on SIGTERM.
 */
const stopping = new AbortController();
const input = new ByteInput();
let ladder: Ladder | undefined;
let path: SoundPath | undefined;
let mutable: MutableSource | undefined;

const link = new Link(new Socket({ fd: LINK_FD, readable: true, writable: true }), {
  onMessage: (message) => onCommand(message as WorkerCommand),
  onInput: (bytes) => {
    if (!input.push(Uint8Array.from(bytes))) tell({ type: 'input', isWelcome: false });
  },
  onClose: () => process.exit(0),
});
input.onDrain = () => tell({ type: 'input', isWelcome: true });
keepCompiledCode(systemClock);
process.on('SIGTERM', () => stopping.abort());
// A terminal's Ctrl-C goes to the whole process group; the main process then ends its workers in order.
process.on('SIGINT', () => {});

function tell(message: WorkerMessage): void {
  link.send(message);
}

function onCommand(command: WorkerCommand): void {
  if (command.type === 'open') void run(command.settings, command.isMuted).finally(() => link.close());
  else if (command.type === 'want') ladder?.want(command.rungs.map(rungNamed).filter((rung) => rung !== undefined));
  else if (command.type === 'effort') ladder?.setEffort(command.effort);
  else if (command.type === 'treat') path?.configure(command.treatment, command.meter);
  else if (command.type === 'check') path?.check(command.seconds, (report) => tell({ type: 'checked', report }));
  else if (command.type === 'mute') mutable?.mute(command.isMuted);
  else input.end();
}

async function run(settings: WorkerSettings, isMuted: boolean): Promise<void> {
  const clock = systemClock;
  const log = new SentLog(tell);
  const counters = new CounterSet();
  const { channels } = settings.encoder;
  const dropped = counters.counter('link_dropped_units_total', 'Units lost because the main process took none');
  using ladderHere = new Ladder(
    { log, counters, timeline: new Timeline({ clock }), encoders: ffmpegEncoders },
    {
      encoder: settings.encoder,
      onUnit: (unit) => (link.unsentBytes > MAX_UNSENT_BYTES ? dropped.add() : link.sendUnit(unit)),
      onRung: (rung, config) => tell({ type: 'rung', rung: rung.name, config: Buffer.from(config).toString('base64') }),
    },
  );
  ladder = ladderHere;
  const pathHere = new SoundPath({
    channels,
    treatment: settings.treatment,
    meter: settings.meter,
    onLevel: (level) => tell({ type: 'level', level }),
    onBlock: (block, isTreated) => ladderHere.append(block, isTreated),
  });
  path = pathHere;
  const context: SourceContext = {
    clock,
    log,
    counters,
    channels,
    onMetadata: (metadata) => tell({ type: 'metadata', metadata }),
    onPacket: (packet) => ladderHere.packet(packet),
  };
  const silence = new SilenceSource({ type: 'silence' }, context);
  const source = new MutableSource(createSource(settings.source, context, input), silence, isMuted);
  mutable = source;
  const counting = setInterval(() => tell({ type: 'counters', counters: counters.snapshot() }), COUNTERS_MS);
  const loop = new CaptureLoop({
    source,
    clock,
    log,
    random: Math.random,
    onState: tell,
    onMedia: (block) => pathHere.append(block),
  });
  await loop.run(stopping.signal);
  clearInterval(counting);
}
