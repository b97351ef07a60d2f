/*
 * H.264 as a byte stream: NAL units behind start codes (ITU-T H.264, Annex B).
 */

const START_CODE = Buffer.from([0, 0, 1]);
const LAST_SLICE_TYPE = 5;
const SPS = 7;
const PPS = 8;
const DELIMITER = 9;

/** What stands in front of the first slice of a coded picture. */
export interface ParameterSets {
  readonly hasSps: boolean;
  readonly hasPps: boolean;
  /** Both kinds in the order they came, with start codes; empty when there are none. */
  readonly bytes: Buffer;
  /** Where parameter sets that are missing belong: after an access unit delimiter, before everything else. */
  readonly insertAt: number;
}

/** Looks at the NAL units in front of the first slice. */
export function parameterSetsOf(data: Buffer): ParameterSets {
  const parts: Buffer[] = [];
  let hasSps = false;
  let hasPps = false;
  let insertAt = 0;
  for (let at = startCodeAt(data, 0); at < data.length; ) {
    const type = (data[data.indexOf(START_CODE, at) + START_CODE.length] ?? 0) & 0x1f;
    if (type >= 1 && type <= LAST_SLICE_TYPE) break;
    const end = startCodeAt(data, at + START_CODE.length + 1);
    if (type === SPS || type === PPS) parts.push(data.subarray(at, end));
    if (type === SPS) hasSps = true;
    if (type === PPS) hasPps = true;
    if (type === DELIMITER && insertAt === 0) insertAt = end;
    at = end;
  }
  return { hasSps, hasPps, bytes: Buffer.concat(parts), insertAt };
}

/** Where the next start code begins, with the zero byte that may stand before it; the length when there is none. */
function startCodeAt(data: Buffer, from: number): number {
  const at = data.indexOf(START_CODE, from);
  if (at < 0) return data.length;
  return at > from && data[at - 1] === 0 ? at - 1 : at;
}
