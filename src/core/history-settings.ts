/** What is kept of the past, and for how long. */
export interface HistorySettings {
  readonly enabled: boolean;
  readonly minuteDays: number;
  readonly hourDays: number;
  readonly sessionDays: number;
  readonly eventDays: number;
  /** False: addresses are kept without their last part. */
  readonly fullAddresses: boolean;
  readonly maxBytes: number;
}
