/** What a link carries from a moment on; 0: nothing, all packets are lost. */
export interface LinkStep {
  readonly atS: number;
  readonly kbps: number;
}

/** How a link goes, from the moment that its listener asks for the stream. */
export interface LinkPlan {
  readonly name: string;
  readonly steps: readonly LinkStep[];
  readonly lengthS: number;
  /** When it becomes slow, and fast again, where that happens once. */
  readonly fall?: { readonly atS: number; readonly backS: number };
}

export function steady(kbps: number, lengthS: number): LinkPlan {
  return { name: `${mbps(kbps)} steady`, steps: [{ atS: 0, kbps }], lengthS };
}

/** Fast, slow for 40 s, and fast again for a minute. */
export function steps(fastKbps: number, slowKbps: number, fastS: number, slowS: number, backS: number): LinkPlan {
  return {
    name: `${mbps(fastKbps)} → ${mbps(slowKbps)} → ${mbps(fastKbps)} after ${fastS} s`,
    steps: [
      { atS: 0, kbps: fastKbps },
      { atS: fastS, kbps: slowKbps },
      { atS: fastS + slowS, kbps: fastKbps },
    ],
    lengthS: fastS + slowS + backS,
    fall: { atS: fastS, backS: fastS + slowS },
  };
}

/** Down and up in ramps, a step a second, each by the same factor. */
export function sawtooth(highKbps: number, lowKbps: number, rampS: number, times: number): LinkPlan {
  const points: LinkStep[] = [{ atS: 0, kbps: highKbps }];
  const half = rampS / 2;
  let atS = half;
  for (let time = 0; time < times; time += 1) {
    for (let second = 1; second <= rampS; second += 1) {
      const depth = 1 - Math.abs(second - half) / half;
      points.push({ atS: atS + second, kbps: Math.round(highKbps * (lowKbps / highKbps) ** depth) });
    }
    atS += rampS;
  }
  return { name: `sawtooth ${mbps(highKbps)} ↔ ${mbps(lowKbps)}`, steps: points, lengthS: atS + half };
}

/** Nothing gets through for a while. */
export function outage(kbps: number, atS: number, outS: number, backS: number): LinkPlan {
  return {
    name: `${mbps(kbps)}, ${outS} s outage`,
    steps: [
      { atS: 0, kbps },
      { atS, kbps: 0 },
      { atS: atS + outS, kbps },
    ],
    lengthS: atS + outS + backS,
    fall: { atS, backS: atS + outS },
  };
}

/** Another rate for a second, every so often. */
export function spikes(kbps: number, spikeKbps: number, everyS: number, lengthS: number): LinkPlan {
  const points: LinkStep[] = [{ atS: 0, kbps }];
  for (let atS = everyS; atS + 2 < lengthS; atS += everyS) {
    points.push({ atS, kbps: spikeKbps }, { atS: atS + 1, kbps });
  }
  return { name: `${mbps(kbps)}, spikes of ${mbps(spikeKbps)}`, steps: points, lengthS };
}

function mbps(kbps: number): string {
  return `${kbps / 1000}`;
}
