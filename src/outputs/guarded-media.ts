import type { Socket } from 'node:net';
import type { RequestHead } from '../core/request-head.ts';
import { answer, type Refusal } from './answer.ts';
import type { MediaHandler } from './front-door.ts';

/** Why somebody may not listen or watch, as an answer. */
export interface MediaRefusal extends Refusal {
  /** Header lines of the answer: `WWW-Authenticate: …`. */
  readonly headers: readonly string[];
}

/** Who may listen and watch. */
export interface MediaAccess {
  /**
   * Undefined for who may. Asked once per request, never for each byte; answers with a promise only where a password
   * must be looked at, and holds that back as long as who guesses has to wait.
   */
  mayListen(head: RequestHead, socket: Socket): MediaRefusal | undefined | Promise<MediaRefusal | undefined>;
}

/** Media behind a door: streams, playlists, pictures and stills only for who may have them. */
export class GuardedMedia implements MediaHandler {
  readonly #media: MediaHandler;
  readonly #access: MediaAccess;

  constructor(media: MediaHandler, access: MediaAccess) {
    this.#media = media;
    this.#access = access;
  }

  serves(path: string): boolean {
    return this.#media.serves(path);
  }

  handle(head: RequestHead, socket: Socket, again?: () => void): void {
    const refusal = this.#access.mayListen(head, socket);
    if (refusal instanceof Promise) void this.#await(refusal, head, socket, again);
    else this.#go(refusal, head, socket, again);
  }

  async #await(
    asked: Promise<MediaRefusal | undefined>,
    head: RequestHead,
    socket: Socket,
    again: (() => void) | undefined,
  ): Promise<void> {
    if (socket.listenerCount('error') === 0) socket.on('error', () => {});
    // What comes meanwhile is for who handles the request.
    socket.pause();
    const refusal = await asked;
    if (socket.destroyed) return;
    socket.resume();
    this.#go(refusal, head, socket, again);
  }

  #go(refusal: MediaRefusal | undefined, head: RequestHead, socket: Socket, again: (() => void) | undefined): void {
    if (refusal === undefined) this.#media.handle(head, socket, again);
    else {
      if (socket.listenerCount('error') === 0) socket.on('error', () => {});
      answer(socket, head, refusal.status, [...refusal.headers, 'Cache-Control: no-store'], `${refusal.reason}\n`);
    }
  }
}
