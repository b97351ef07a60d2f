import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { nearestRung, type Rung } from '../core/rung.ts';
import type { EncoderEffort } from '../core/source-settings.ts';
import type { SourceStatus } from '../core/source-status.ts';
import { ClientSource, type ClientWorker, type ClientWorkerEvents } from './client-source.ts';
import type { SourceClient, SourceInput } from './source-mounts.ts';

const test = suite('client-source');
const mp3 = nearestRung('mp3', 128);
const CLIENT: SourceClient = {
  contentType: 'audio/mpeg',
  address: '127.0.0.1',
  userAgent: 'test',
  station: { name: '', description: '', genre: '', url: '' },
};

function statusOf(state: SourceStatus['state'], message?: string): SourceStatus {
  const error = message === undefined ? undefined : { code: 'test', message, remedy: '' };
  return { state, detail: '', error, sinceUs: 0, restarts: 0 };
}

class FakeWorker implements ClientWorker {
  status = statusOf('stopped');
  readonly #events: ClientWorkerEvents;
  wanted: readonly Rung[] = [];
  mp3Quality: number | undefined;
  received = '';
  isEnded = false;
  isFull = false;

  constructor(events: ClientWorkerEvents) {
    this.#events = events;
  }

  start(): void {
    this.become('starting');
  }

  async stop(): Promise<void> {
    this.become('stopped');
  }

  want(rungs: readonly Rung[]): void {
    this.wanted = rungs;
  }

  setEffort({ mp3Quality }: EncoderEffort): void {
    this.mp3Quality = mp3Quality;
  }

  writeInput(bytes: Uint8Array): boolean {
    this.received += Buffer.from(bytes).toString();
    return !this.isFull;
  }

  endInput(): void {
    this.isEnded = true;
  }

  become(state: SourceStatus['state'], message?: string): void {
    this.status = statusOf(state, message);
    this.#events.onStatus();
  }

  drain(): void {
    this.#events.onInputWelcome(true);
  }
}

function open() {
  const workers: FakeWorker[] = [];
  const states: string[] = [];
  const source: ClientSource = new ClientSource(
    (_, events) => {
      const worker = new FakeWorker(events);
      workers.push(worker);
      return worker;
    },
    () => states.push(source.status.state),
  );
  return { source, workers: workers as [FakeWorker, FakeWorker], states };
}

test('without a client it waits, and with one it is what its worker is', () => {
  const { source, workers } = open();
  source.start();
  source.want([mp3]);
  assert.is(source.status.state, 'waiting');
  const input = source.open(CLIENT) as SourceInput;
  workers[0].become('live');
  assert.is(source.status.state, 'live');
  assert.equal(workers[0].wanted, [mp3]);
  assert.ok(input.write(Buffer.from('abc')));
  assert.is(workers[0].received, 'abc');
});

test('an effort that was set is that of the client that is there, and of those that come', () => {
  const { source, workers } = open();
  const effort = { mp3Quality: 7, opusComplexity: 1, aacCoder: 'fast', flacLevel: 0 } as const;
  const input = source.open(CLIENT) as SourceInput;
  assert.is(workers[0].mp3Quality, undefined);
  source.setEffort(effort);
  assert.is(workers[0].mp3Quality, 7);
  input.end();
  source.open(CLIENT);
  assert.is(workers[1].mp3Quality, 7);
});

test('a second client is turned away while there is one', () => {
  const { source } = open();
  source.open(CLIENT);
  assert.is(source.open(CLIENT), 'taken');
});

test('a worker that has enough holds its client up until it drains', () => {
  const { source, workers } = open();
  const input = source.open(CLIENT) as SourceInput;
  let drains = 0;
  input.onDrain = () => {
    drains += 1;
  };
  workers[0].isFull = true;
  assert.not(input.write(Buffer.from('abc')));
  workers[0].drain();
  assert.is(drains, 1);
});

test('when a client goes, what it sent is played to its end, then it waits again', () => {
  const { source, workers } = open();
  const input = source.open(CLIENT) as SourceInput;
  workers[0].become('live');
  input.end();
  assert.ok(workers[0].isEnded);
  assert.is(source.client, undefined);
  assert.is(source.status.state, 'live');
  workers[0].become('ended');
  assert.is(source.status.state, 'waiting');
});

test('a client that comes back at once does not wait for the end of its former stream', () => {
  const { source, workers } = open();
  const first = source.open(CLIENT) as SourceInput;
  first.abort('reset');
  const second = source.open(CLIENT) as SourceInput;
  assert.is(workers[0].status.state, 'stopped');
  assert.not(first.write(Buffer.from('late')));
  second.write(Buffer.from('new'));
  assert.is(workers[1].received, 'new');
  first.end();
  assert.not(workers[1].isEnded);
});

test('a client whose stream cannot be decoded is told so and let go', () => {
  const { source, workers } = open();
  const input = source.open(CLIENT) as SourceInput;
  let why = '';
  input.onClose = (error) => {
    why = error.message;
  };
  workers[0].become('retrying', 'no audio in it');
  assert.match(why, /no audio in it/);
  assert.is(source.status.state, 'waiting');
  assert.is.not(source.open(CLIENT), 'taken');
});

test('a client stays connected while another source is on the air', async () => {
  const { source, workers } = open();
  source.open(CLIENT);
  workers[0].become('live');
  await source.stop();
  assert.is(source.status.state, 'live');
  assert.equal(workers[0].wanted, []);
});

test.run();
