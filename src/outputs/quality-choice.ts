import type { Socket } from 'node:net';
import type { Broadcaster } from '../broadcast/broadcaster.ts';
import type { Listener } from '../broadcast/listener.ts';
import type { QualityMode } from '../core/quality-level.ts';
import type { RequestHead } from '../core/request-head.ts';
import type { Rung } from '../core/rung.ts';
import type { ListeningWish } from './negotiate.ts';

/** Somebody who is about to listen. */
export interface NewListener extends ListeningWish {
  readonly head: RequestHead;
  readonly address: string;
}

/** What a listener begins with. */
export interface ListeningStart {
  /** What it asked for, or what its device wishes. */
  readonly quality: QualityMode;
  readonly rung: Rung;
  readonly burstSeconds: number;
  /** Bytes that it is sent at first, until more is known of its link; undefined: as many as its connection takes. */
  readonly allowanceBytes: number | undefined;
}

/** Chooses what listeners begin with, and may follow them from then on. */
export interface QualityChoice {
  startOf(listener: NewListener): ListeningStart;
  /**
   * Whatever is written to the socket from now on is sound. The returned function is called when the first of it has been
   * written.
   */
  follow(socket: Socket, start: ListeningStart): (listener: Listener, broadcaster: Broadcaster) => void;
}
