/** What an error carries besides its message. */
export interface ErrorDetails {
  /** One sentence that tells the person who reads it what to do. */
  readonly remedy: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * The base of every error Pipit throws on purpose. `code` is stable (`room.what`) and fit for an API or a
 * metric label; `message` holds the values; `remedy` says what to do. Classes tell who must act.
 */
export abstract class PipitError extends Error {
  readonly code: string;
  readonly remedy: string;

  constructor(code: string, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.remedy = details.remedy;
  }
}

/** The configuration is wrong: the person who wrote it must act. */
export class ConfigError extends PipitError {}

/** A device is missing, busy or broken: whoever stands beside the appliance must act. */
export class DeviceError extends PipitError {}

/** Media can't be read, decoded or encoded: whoever supplies it must act. */
export class MediaError extends PipitError {}

/** A peer or the network failed: time, or the peer's owner, must act. */
export class NetworkError extends PipitError {}

/** Pipit itself is wrong: its developers must act. The only kind that ends the process. */
export class BugError extends PipitError {
  constructor(code: string, message: string, cause?: unknown) {
    super(code, message, { remedy: 'Report this with the log lines before it; Pipit starts again by itself.', cause });
  }
}

/** An error as it crosses a process boundary or stands in an API answer. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** What went wrong and what to do, as sentences for a log or a terminal. */
export function sentencesOf({ message, remedy }: Pick<ErrorReport, 'message' | 'remedy'>): string {
  return `${message.replace(/\.$/, '')}. ${remedy}`;
}

/** Reduces anything thrown to a report; foreign errors get `fallbackCode`. */
export function reportOf(error: unknown, fallbackCode: string): ErrorReport {
  if (error instanceof PipitError) return { code: error.code, message: error.message, remedy: error.remedy };
  const message = error instanceof Error ? error.message : String(error);
  return { code: fallbackCode, message, remedy: 'See the log for what happened before.' };
}
