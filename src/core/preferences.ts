import type { QualityMode } from './quality-level.ts';

/** What a device wishes for; kept for it. */
export interface Preferences {
  readonly mode: QualityMode;
  /** A level more where network and box allow it, and less caution. */
  readonly preferQuality: boolean;
  /** A level less while the box has it hard. */
  readonly adaptToSystem: boolean;
  /** What is downloaded comes in the quality that the connection suggests; false: as it was recorded. */
  readonly autoDownloadQuality: boolean;
}

/** Of a device that has not said anything. */
export const DEFAULT_PREFERENCES: Preferences = Object.freeze({
  mode: 'auto',
  preferQuality: true,
  adaptToSystem: true,
  autoDownloadQuality: true,
});
