import type { Socket } from 'node:net';
import { plainAddress } from '../core/plain-address.ts';
import type { RequestHead } from '../core/request-head.ts';

/** The address of who asks: of the other end of the connection, or of whom a trusted proxy speaks for. */
export type ClientAddress = (head: RequestHead, socket: Socket) => string;

/** Where no proxy is trusted. */
export const addressOfSocket: ClientAddress = (_head, socket) => plainAddress(socket.remoteAddress);
