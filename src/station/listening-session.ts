import type { Socket } from 'node:net';
import { IcySink } from '../broadcast/icy-sink.ts';
import type { Listener } from '../broadcast/listener.ts';
import type { CloseReason } from '../core/session.ts';
import type { ListenerBelief } from '../quality/listener-sight.ts';
import type { SessionFindings, SessionSubject } from '../telemetry/sessions/session-subject.ts';

/** No sound for so long, and there is nothing that could be late. */
const SILENT_US = 3_000_000;
/** What the system says when nothing comes back from the other side (connect(2), tcp(7)). */
const LOST = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN']);

/** A listener on a socket, as its session sees it. */
export class ListeningSession implements SessionSubject {
  readonly kind = 'listener';
  readonly place: string;
  readonly address: string;
  readonly userAgent: string;
  readonly transport: string;
  readonly #listener: Listener;
  readonly #belief: () => ListenerBelief | undefined;

  /** @param place path of the mount */
  constructor(listener: Listener, place: string, belief: () => ListenerBelief | undefined) {
    const { info, sink } = listener;
    this.place = place;
    this.address = info.address;
    this.userAgent = info.userAgent;
    this.transport = sink instanceof IcySink ? 'icy' : 'http';
    this.#listener = listener;
    this.#belief = belief;
  }

  get codec(): string {
    return this.#listener.rung.codec;
  }

  get rung(): string {
    return this.#listener.rung.name;
  }

  get bytes(): number {
    return this.#listener.bytesSent;
  }

  get mediaSeconds(): number {
    return this.#listener.sentMediaUs / 1e6;
  }

  get adaptations(): number {
    return this.#listener.rungSwitches;
  }

  get skippedUnits(): number {
    return this.#listener.skippedUnits;
  }

  get findings(): SessionFindings | undefined {
    const belief = this.#belief();
    // Where nobody knows what arrives, nobody knows when it stops.
    if (belief?.underwayS === undefined) return undefined;
    const { stalls, stalledS, linkKbps, shownKbps } = belief;
    return { underruns: stalls, stalledSeconds: stalledS, linkKbps: linkKbps ?? shownKbps };
  }

  /** How old the newest sound is that has been handed over, and what was still on its way at the last look. */
  latencyUs(nowUs: number): number | undefined {
    const { track, lagUs } = this.#listener;
    if (nowUs - track.endPtsUs > SILENT_US) return undefined;
    return Math.max(0, nowUs - track.endPtsUs + lagUs + (this.#belief()?.underwayS ?? 0) * 1e6);
  }

  /** @param socket that has just closed */
  closeReason(socket: Socket): CloseReason {
    const code = (socket.errored as NodeJS.ErrnoException | null)?.code;
    if (code !== undefined) return LOST.has(code) ? 'lost' : 'left';
    if (socket.readableEnded) return 'left';
    return this.#listener.isBlocked ? 'stalled' : 'closed';
  }
}
