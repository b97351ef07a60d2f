/**
 * Where a listener's bytes go: a socket, or something before one. The broadcaster knows nothing else about how
 * a listener is connected.
 */
export interface Sink {
  /**
   * Sends the bytes without copying them; they never change. True when the network has taken them all; false
   * when some wait, and `onDrain` is called once when none does. Not called again before that.
   */
  write(bytes: Uint8Array): boolean;
  onDrain: () => void;
  /** Called once when the connection is gone, whoever ended it. */
  onClose: () => void;
  /** Ends the connection, without waiting for what is still unsent. */
  close(): void;
}

/** A sink that takes several pieces in one go, so that they leave in one system call. */
export interface GatheringSink extends Sink {
  writeAll(parts: readonly Uint8Array[]): boolean;
}
