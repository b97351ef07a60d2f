/** What is known of the way between the appliance and one address. */
export interface LinkKnowledge {
  readonly mbps: number;
  /** `test`: measured on purpose; `stream`: seen while it listened; `assumed`: nothing is known. */
  readonly source: 'test' | 'stream' | 'assumed';
  /** Of the measurement; undefined when assumed. */
  readonly ageS: number | undefined;
  /** The link carries at least `mbps`: it was never asked for more. */
  readonly isLowerBound: boolean;
  readonly rttMs: number | undefined;
  /** Why the last test brought nothing; undefined when it did, or there was none. */
  readonly problem: string | undefined;
}

/** What is assumed of a link that nothing is known of, Mbit/s. */
export const ASSUMED_MBPS = 2.0;
