import { closeSync, openSync, readSync } from 'node:fs';

const COLON = 0x3a;
const LF = 0x0a;
/** A line is 150 bytes long, in the table of IPv6 up to 180. */
const BUFFER_BYTES = 64 * 1024;
/** From a line's queue to its timer, and the timer that runs while the other side's window is closed. */
const TIMER_OFFSET = 18;
const WINDOW_PROBE_TIMER = 4;

/** What is looked for in a table. */
export interface TableEntry {
  /** Both ends as they stand in the line. */
  readonly ends: Buffer;
  /**
   * @param bytes what the kernel has been given and the other side has not acknowledged
   * @param isWindowClosed the other side takes no more for now: its program has not read what has arrived (RFC 9293, 3.8.6.1)
   */
  onQueue(bytes: number, isWindowClosed: boolean): void;
}

/**
 * One of the kernel's tables of TCP connections, `/proc/net/tcp` and `tcp6` (Documentation/networking/proc_net_tcp):
 *
 *     sl  local_address rem_address   st tx_queue rx_queue tr tm->when …
 *      0: 0100007F:1F41 0100007F:C350 01 0001A2B0:00000000 04:00000014 …
 *
 * Read without waiting: the kernel makes it up as it is read, a page of ten lines at a time, and to hand each page to
 * another thread and back costs two to three times as much.
 */
export class TransmitQueueTable {
  readonly #path: string;
  /** Digits of an address: 8 or 32. */
  readonly #digits: number;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);

  constructor(path: string, digits: 8 | 32) {
    this.#path = path;
    this.#digits = digits;
  }

  /**
   * Goes through the table a page at a time and tells every entry whose line is there. Only one can be under way.
   * @param entries by the ports of both ends in one number, the local one in the upper half
   */
  *read(entries: ReadonlyMap<number, readonly TableEntry[]>): Generator<void, void> {
    let file: number;
    try {
      file = openSync(this.#path, 'r');
    } catch {
      return;
    }
    try {
      let kept = 0;
      for (;;) {
        const count = readSync(file, this.#buffer, kept, BUFFER_BYTES - kept, null);
        if (count === 0) return;
        const length = kept + count;
        const end = this.#scan(length, entries);
        kept = length - end;
        this.#buffer.copyWithin(0, end, length);
        // A line that fills the buffer is none that we know.
        if (kept === BUFFER_BYTES) return;
        yield;
      }
    } catch {
      // There is no such table, or no more of it.
    } finally {
      closeSync(file);
    }
  }

  /** Looks at all whole lines; says where the rest begins. */
  #scan(length: number, entries: ReadonlyMap<number, readonly TableEntry[]>): number {
    const buffer = this.#buffer;
    const digits = this.#digits;
    let start = 0;
    for (;;) {
      const end = buffer.indexOf(LF, start);
      if (end === -1 || end >= length) return start;
      const local = buffer.indexOf(COLON, start) + 2;
      const queue = local + 2 * (digits + 6) + 3;
      if (local > start + 1 && queue + TIMER_OFFSET + 2 < end) {
        const ports = (hexAt(buffer, local + digits + 1, 4) << 16) | hexAt(buffer, local + 2 * digits + 7, 4);
        const found = entries.get(ports);
        if (found !== undefined) this.#tell(found, local, queue);
      }
      start = end + 1;
    }
  }

  #tell(entries: readonly TableEntry[], at: number, queue: number): void {
    const buffer = this.#buffer;
    for (const entry of entries) {
      if (buffer.compare(entry.ends, 0, entry.ends.length, at, at + entry.ends.length) !== 0) continue;
      entry.onQueue(hexAt(buffer, queue, 8), hexAt(buffer, queue + TIMER_OFFSET, 2) === WINDOW_PROBE_TIMER);
    }
  }
}

/** The number that `digits` hex digits at `at` say. */
function hexAt(buffer: Buffer, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i += 1) {
    const code = buffer[i] as number;
    value = value * 16 + (code < 0x3a ? code - 0x30 : (code & 0xdf) - 0x37);
  }
  return value;
}
