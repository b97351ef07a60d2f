import { type ClockStep, movedBy } from '../core/clock-steps.ts';
import type { Scope } from '../core/station-control.ts';
import { isPasswordHash } from './password-hash.ts';

/** A browser that is signed in. Times are wall clock, milliseconds. */
export interface SessionRecord {
  readonly id: string;
  /** Of its cookie. */
  readonly hash: string;
  readonly createdMs: number;
  /** To the day. */
  readonly usedMs: number;
  /** `Firefox on Android`, in a few words. */
  readonly agent: string;
}

/** A script's key. */
export interface TokenRecord {
  readonly id: string;
  readonly name: string;
  readonly scope: TokenScope;
  readonly hash: string;
  readonly createdMs: number;
}

export type TokenScope = Exclude<Scope, 'none'>;

/** A link for somebody who may listen and watch for a while. */
export interface GuestRecord {
  readonly id: string;
  readonly name: string;
  readonly hash: string;
  readonly createdMs: number;
  readonly expiresMs: number;
}

/** What is kept of who may do what. Nothing in it opens a door by itself: of every secret only a hash. */
export interface AccessRecord {
  /** Of the password that was set on the page; empty: none. */
  readonly password: string;
  /** Of the password that the sessions were opened with: another one in force ends them. */
  readonly signedInWith: string;
  readonly sessions: readonly SessionRecord[];
  readonly tokens: readonly TokenRecord[];
  readonly guests: readonly GuestRecord[];
}

export const EMPTY_RECORD: AccessRecord = Object.freeze({
  password: '',
  signedInWith: '',
  sessions: [],
  tokens: [],
  guests: [],
});

const VERSION = 1;

/** As it stands in its file. */
export function formatRecord(record: AccessRecord): string {
  return `${JSON.stringify({ version: VERSION, ...record }, undefined, 1)}\n`;
}

/** @returns undefined for what `formatRecord` did not make: half an understanding of who may do what is none. */
export function parseRecord(text: string): AccessRecord | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(read) || read['version'] !== VERSION) return undefined;
  const { password, signedInWith, sessions, tokens, guests } = read;
  if (!isHashOrEmpty(password) || !isHashOrEmpty(signedInWith)) return undefined;
  if (!isListOf(sessions, isSession) || !isListOf(tokens, isToken) || !isListOf(guests, isGuest)) return undefined;
  return { password, signedInWith, sessions, tokens, guests };
}

/** What was noted by a clock that has been set since, as it would have been noted by the right one. */
export function recordMovedBy(record: AccessRecord, step: ClockStep): AccessRecord {
  const created = <T extends { readonly createdMs: number }>(item: T): T => {
    const createdMs = movedBy(item.createdMs, step);
    return createdMs === item.createdMs ? item : { ...item, createdMs };
  };
  return {
    ...record,
    sessions: record.sessions.map((session) => ({ ...created(session), usedMs: movedBy(session.usedMs, step) })),
    tokens: record.tokens.map(created),
    guests: record.guests.map((guest) => {
      const { createdMs } = created(guest);
      // A link that was made for an hour is good for an hour.
      return { ...guest, createdMs, expiresMs: guest.expiresMs + createdMs - guest.createdMs };
    }),
  };
}

function isHashOrEmpty(value: unknown): value is string {
  return value === '' || (typeof value === 'string' && isPasswordHash(value));
}

function isListOf<T>(value: unknown, isOne: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isOne);
}

function isSession(item: unknown): item is SessionRecord {
  return hasAll(item, ['id', 'hash', 'agent'], ['createdMs', 'usedMs']);
}

function isToken(item: unknown): item is TokenRecord {
  return (
    hasAll(item, ['id', 'name', 'hash'], ['createdMs']) &&
    ['read', 'control', 'admin'].includes((item as { scope?: unknown }).scope as string)
  );
}

function isGuest(item: unknown): item is GuestRecord {
  return hasAll(item, ['id', 'name', 'hash'], ['createdMs', 'expiresMs']);
}

function hasAll(item: unknown, texts: readonly string[], numbers: readonly string[]): boolean {
  return (
    isObject(item) &&
    texts.every((key) => typeof item[key] === 'string') &&
    numbers.every((key) => Number.isFinite(item[key]))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
