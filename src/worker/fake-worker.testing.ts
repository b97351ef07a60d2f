import { Socket } from 'node:net';
import { rungNamed } from '../core/rung.ts';
import { Link } from './link.ts';
import type { WorkerCommand, WorkerMessage, WorkerSettings } from './messages.ts';

/*
 * A worker process without media: a program for tests. What it does is the name of its source:
 * `healthy` sends level and units; `crash` exits after its first units; `mute` goes live and then says nothing but
 * that it is alive; `hang` stops its event loop; `deaf` ignores SIGTERM; `echo` welcomes input and ends after it.
 */
const LEVEL: WorkerMessage = {
  type: 'level',
  level: { rmsDb: [-20], peakDb: [-10], clippedSamples: 0, silent: false, sound: true },
};
let wanted: readonly string[] = [];
let inputBytes = 0;
const link = new Link(new Socket({ fd: 3, readable: true, writable: true }), {
  onMessage(message) {
    const command = message as WorkerCommand;
    if (command.type === 'open') {
      tellEffort(command.settings.encoder);
      tellTreatment(command.settings);
      run(command.settings.name);
    } else if (command.type === 'want') wanted = command.rungs;
    else if (command.type === 'effort') tellEffort(command.effort);
    else if (command.type === 'treat') tellTreatment(command);
    else {
      tell({ type: 'metadata', metadata: { title: `${inputBytes} bytes`, artist: '' } });
      tell({ type: 'state', state: 'ended', detail: '' });
      setTimeout(() => process.exit(0), 20);
    }
  },
  onInput(bytes) {
    inputBytes += bytes.length;
    if (inputBytes > 100_000) tell({ type: 'input', isWelcome: false });
  },
  onClose: () => process.exit(0),
});

function tell(message: WorkerMessage): void {
  link.send(message);
}

function tellEffort({ mp3Quality }: { readonly mp3Quality: number }): void {
  tell({ type: 'metadata', metadata: { title: `effort ${mp3Quality}`, artist: '' } });
}

function tellTreatment({ treatment, meter }: Pick<WorkerSettings, 'treatment' | 'meter'>): void {
  if (treatment.gainDb === 0 && meter.soundDb === -35) return;
  tell({ type: 'metadata', metadata: { title: `gain ${treatment.gainDb}, sound ${meter.soundDb}`, artist: '' } });
}

function run(behaviour: string): void {
  if (behaviour === 'deaf') process.on('SIGTERM', () => {});
  tell({ type: 'state', state: 'live', detail: behaviour });
  tell({ type: 'rung', rung: 'flac@lossless', config: Buffer.from('config').toString('base64') });
  tell({ type: 'log', level: 'notice', message: `hello from ${behaviour}` });
  let ticks = 0;
  setInterval(() => {
    ticks += 1;
    tell({ type: 'counters', counters: { ticks_total: ticks, capture_xruns_total: ticks > 5 ? 3 : 0 } });
    if (behaviour === 'mute' && ticks > 3) return;
    if (behaviour === 'crash' && ticks > 3) process.kill(process.pid, 'SIGKILL');
    if (behaviour === 'hang' && ticks > 3) for (;;);
    tell(LEVEL);
    for (const name of wanted) {
      const rung = rungNamed(name);
      if (rung) link.sendUnit({ rung, ptsUs: ticks * 1000, durationUs: 1000, sync: true, data: Buffer.from(name) });
    }
  }, 20);
}
