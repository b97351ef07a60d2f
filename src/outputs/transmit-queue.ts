import type { Socket } from 'node:net';
import type { Clock, Timer } from '../core/clock.ts';
import { tableKeyOf } from './transmit-queue-key.ts';
import { type TableEntry, TransmitQueueTable } from './transmit-queue-table.ts';

/** What one connection's other side has received. */
export interface TransmitWatch {
  /** Bytes written to the connection since the watch began. */
  readonly sentBytes: number;
  /**
   * Bytes that the other side has acknowledged, of those written since the watch began, as of the last look; undefined
   * while nobody knows.
   */
  readonly acknowledgedBytes: number | undefined;
  /** When that look was, microseconds; undefined before the first. */
  readonly asOfUs: number | undefined;
  /** By the last look, the other side takes no more for now, because its program has not read what it has. */
  readonly isWindowClosed: boolean;
  /** May be called twice. */
  unwatch(): void;
}

export interface TransmitQueuesOptions {
  /** How often to look, while there is something on its way; `every` changes it. */
  readonly intervalMs: number;
  /** Looking takes at most this part of the time; where it would take more, it is done less often. */
  readonly maxShare: number;
  /** Time without looks that may be made up for by more frequent ones, which a new connection is glad of. */
  readonly savedMs: number;
}

export interface TransmitQueuesDeps {
  readonly clock: Clock;
  /** Where the kernel's tables of connections are. */
  readonly root?: string;
}

const DEFAULTS: TransmitQueuesOptions = { intervalMs: 50, maxShare: 0.04, savedMs: 1_000 };
/**
 * So long a look goes on before others have their turn, and so long they have it. While many connect at once, the kernel
 * may take a millisecond for each page of the table, and whoever connects must not wait for that.
 */
const SLICE_US = 4_000;
const PAUSE_MS = 12;
/** A look costs what the quickest of so many took: in the others, on a busy machine, others were waited for. */
const LOOKS = 8;

/**
 * Knows what has really arrived. That a socket took bytes means little: the kernel's buffer grows to megabytes, which is
 * many seconds of pictures on a slow link. One look serves all connections, and only while something is on its way.
 * Looking costs 0.1 to 5 ms: the kernel goes through all connections of the machine, and through its whole hash table,
 * which is large where there is much memory.
 */
export class TransmitQueues {
  readonly #clock: Clock;
  readonly #options: TransmitQueuesOptions;
  readonly #tables: Readonly<Record<'tcp' | 'tcp6', WatchedTable>>;
  readonly #watches = new Set<SocketWatch>();
  /** What the last looks took. */
  readonly #tookMs: number[] = [];
  #timer: Timer | undefined;
  /** The look that is under way. */
  #look: Generator<void, void> | undefined;
  /** When the page was asked for that is being read. */
  #pageUs = 0;
  #lookedUs: number;
  #intervalMs: number;
  #share = Number.POSITIVE_INFINITY;
  /** By how much time looking is ahead of its share; less than 0: behind it. */
  #aheadMs: number;

  constructor({ clock, root = '/proc/net' }: TransmitQueuesDeps, options: Partial<TransmitQueuesOptions> = {}) {
    this.#clock = clock;
    this.#options = { ...DEFAULTS, ...options };
    this.#intervalMs = this.#options.intervalMs;
    this.#lookedUs = clock.nowUs();
    this.#aheadMs = -this.#options.savedMs;
    this.#tables = {
      tcp: { table: new TransmitQueueTable(`${root}/tcp`, 8), entries: new Map() },
      tcp6: { table: new TransmitQueueTable(`${root}/tcp6`, 32), entries: new Map() },
    };
  }

  /**
   * Looks so often from now on, as far as its share of the time and what was saved up allow.
   * @param share of the time that looking may take meanwhile, so that the rest is saved; left out: all that there is
   */
  every(intervalMs: number, share = Number.POSITIVE_INFINITY): void {
    const isSooner = intervalMs < this.#intervalMs;
    this.#intervalMs = intervalMs;
    this.#share = share;
    if (!isSooner || this.#watches.size === 0 || this.#look !== undefined) return;
    this.#timer?.cancel();
    this.#lookAfter(this.#waitMs);
  }

  /** Watches a connected socket until it is told to stop or the socket closes. Counting begins now. */
  watch(socket: Socket): TransmitWatch {
    const key = tableKeyOf(socket);
    if (key === undefined) return unknowable(socket);
    const { entries } = this.#tables[key.table];
    const pageUs = (): number => this.#pageUs;
    const watch = new SocketWatch(socket, Buffer.from(key.ends, 'latin1'), pageUs, () => {
      socket.off('close', watch.unwatch);
      if (!this.#watches.delete(watch)) return;
      const others = (entries.get(key.ports) ?? []).filter((other) => other !== watch);
      if (others.length > 0) entries.set(key.ports, others);
      else entries.delete(key.ports);
      if (this.#watches.size === 0) this.#rest();
    });
    socket.once('close', watch.unwatch);
    entries.set(key.ports, [...(entries.get(key.ports) ?? []), watch]);
    this.#watches.add(watch);
    if (this.#watches.size === 1) this.#lookAfter(this.#intervalMs);
    return watch;
  }

  get #waitMs(): number {
    return Math.max(this.#intervalMs, this.#aheadMs, this.#costMs / this.#share);
  }

  /** What a look takes by the quickest of the last ones. */
  get #costMs(): number {
    return this.#tookMs.length === 0 ? 0 : Math.min(...this.#tookMs);
  }

  #lookAfter(ms: number): void {
    this.#timer = this.#clock.after(ms, () => {
      const { savedMs } = this.#options;
      const nowUs = this.#clock.nowUs();
      this.#aheadMs = Math.max(-savedMs, this.#aheadMs - (nowUs - this.#lookedUs) / 1000);
      this.#lookedUs = nowUs;
      let isUnderway = false;
      for (const watch of this.#watches) isUnderway = watch.note(nowUs) || isUnderway;
      if (!isUnderway) return this.#lookAfter(this.#waitMs);
      this.#look = this.#readTables();
      this.#goOn(this.#look, 0);
    });
  }

  *#readTables(): Generator<void, void> {
    for (const { table, entries } of Object.values(this.#tables)) {
      if (entries.size > 0) yield* table.read(entries);
    }
  }

  /** @param tookUs what the look took before */
  #goOn(look: Generator<void, void>, tookUs: number): void {
    const startUs = this.#clock.nowUs();
    this.#pageUs = startUs;
    let isOver = false;
    while (!isOver && this.#pageUs - startUs < SLICE_US) {
      isOver = look.next().done === true;
      this.#pageUs = this.#clock.nowUs();
    }
    const soFarUs = tookUs + this.#pageUs - startUs;
    if (!isOver) {
      this.#timer = this.#clock.after(PAUSE_MS, () => this.#goOn(look, soFarUs));
      return;
    }
    this.#look = undefined;
    this.#tookMs.push(soFarUs / 1000);
    if (this.#tookMs.length > LOOKS) this.#tookMs.shift();
    this.#aheadMs += this.#costMs / this.#options.maxShare;
    this.#lookAfter(this.#waitMs);
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#look?.return();
    this.#look = undefined;
  }
}

interface WatchedTable {
  readonly table: TransmitQueueTable;
  /** By the ports of both ends. */
  readonly entries: Map<number, readonly SocketWatch[]>;
}

class SocketWatch implements TransmitWatch, TableEntry {
  acknowledgedBytes: number | undefined;
  asOfUs: number | undefined;
  isWindowClosed = false;
  readonly ends: Buffer;
  readonly unwatch: () => void;
  readonly #socket: Socket;
  readonly #pageUs: () => number;
  /** What had been written when the watch began. */
  readonly #base: number;

  /** @param pageUs when the page of the table was asked for that is being read */
  constructor(socket: Socket, ends: Buffer, pageUs: () => number, unwatch: () => void) {
    this.ends = ends;
    this.unwatch = unwatch;
    this.#socket = socket;
    this.#pageUs = pageUs;
    this.#base = socket.bytesWritten;
  }

  get sentBytes(): number {
    return this.#socket.bytesWritten - this.#base;
  }

  /** Whether some of what the kernel has been given may not have arrived. */
  note(nowUs: number): boolean {
    const isUnderway = givenToKernel(this.#socket) - this.#base !== this.acknowledgedBytes;
    if (!isUnderway) {
      this.asOfUs = nowUs;
      this.isWindowClosed = false;
    }
    return isUnderway;
  }

  onQueue(bytes: number, isWindowClosed: boolean): void {
    this.isWindowClosed = isWindowClosed;
    this.asOfUs = this.#pageUs();
    // Nothing is written between a page's making and this.
    const arrived = Math.max(0, givenToKernel(this.#socket) - bytes - this.#base);
    this.acknowledgedBytes = Math.max(this.acknowledgedBytes ?? 0, arrived);
  }
}

/** A connection that is in none of the tables. */
function unknowable(socket: Socket): TransmitWatch {
  const base = socket.bytesWritten;
  return {
    get sentBytes() {
      return socket.bytesWritten - base;
    },
    acknowledgedBytes: undefined,
    asOfUs: undefined,
    isWindowClosed: false,
    unwatch() {},
  };
}

/** What Node knows of a connection below its streams; it documents none of it, so it may be gone one day. */
interface StreamHandle {
  /** Everything that was ever handed down, and how much of it the kernel would not take yet. */
  readonly bytesWritten?: number;
  readonly writeQueueSize?: number;
}

/**
 * Bytes that the kernel has taken since the connection began. A write that it took half of counts as half: Node's own
 * `writableLength` counts all of it until all is taken, so without the handle's figures this lags by up to one write.
 */
function givenToKernel(socket: Socket): number {
  const handle = (socket as unknown as { _handle?: StreamHandle | null })._handle;
  if (typeof handle?.bytesWritten === 'number' && typeof handle.writeQueueSize === 'number') {
    return handle.bytesWritten - handle.writeQueueSize;
  }
  return socket.bytesWritten - socket.writableLength;
}
