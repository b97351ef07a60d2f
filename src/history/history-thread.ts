import { parentPort, threadId, workerData } from 'node:worker_threads';
import { systemClock } from '../core/clock.ts';
import { DeviceError, reportOf } from '../core/errors.ts';
import { SentLog } from '../core/sent-log.ts';
import { Database } from './database.ts';
import { FigureDictionary } from './figure-dictionary.ts';
import { HISTORY_JOBS, type JobDeps } from './history-jobs.ts';
import type { HistoryCommand, HistoryMessage, HistoryState, HistoryThreadData } from './history-messages.ts';
import { SCHEMA } from './schema.ts';
import { writtenBytes } from './thread-written.ts';

/*
 * The thread in which the history's file is read and written: what waits for a slow card waits here. It imports little,
 * since all that it imports is in memory a second time.
 */

/** The file is opened less often than this in one thread. */
const OPENINGS = 1_000_000;

const port = parentPort;
if (port === null) throw new Error('This is a thread of Pipit: HistoryLink starts it.');
const { file, maxBytes } = workerData as HistoryThreadData;
const send = (message: HistoryMessage): void => port.postMessage(message);
const log = new SentLog(send);
const database = new Database(
  { clock: systemClock, log, wallTime: () => new Date() },
  { file, maxBytes, schema: SCHEMA },
);
const deps: JobDeps = {
  database,
  generationOf: (generation) => threadId * OPENINGS + generation,
  dictionary: new FigureDictionary(),
  file,
  maxBytes,
  tidying: { hour: undefined, isMore: false },
};

let toldGeneration = 0;

function state(): HistoryState {
  const { problem } = database;
  return {
    problem: problem === undefined ? undefined : reportOf(problem, problem.code),
    writtenBytes: writtenBytes(),
  };
}

function answer(id: number, work: () => unknown): void {
  try {
    const result = work();
    send({ type: 'done', id, result, state: state() });
  } catch (error) {
    const isExpected = error instanceof DeviceError;
    send({ type: 'failed', id, error: reportOf(error, 'history.failed'), isExpected, state: state() });
  }
  if (database.problem === undefined && database.generation !== toldGeneration) tellOpen();
}

/** It may be another file than before. */
function tellOpen(): void {
  toldGeneration = database.generation;
  send({ type: 'open', state: state() });
}

// What was asked for before waits until the file is open.
await database.open();
tellOpen();
port.on('message', (command: HistoryCommand) => {
  if (command.type === 'job') {
    answer(command.id, () => HISTORY_JOBS[command.job](deps, command.argument as never));
    return;
  }
  database.close();
  port.close();
});
