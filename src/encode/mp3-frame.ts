/** What the header and side information of an MPEG-1 Layer III frame say. */
export interface Mp3Frame {
  readonly bitrateKbps: number;
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** Length of the whole frame by its header. */
  readonly frameBytes: number;
  /**
   * How many bytes before this frame its sound data begins: the bit reservoir. 0 means that it can be decoded
   * without the frames before it (but for the overlap that any transform codec has).
   */
  readonly mainDataBegin: number;
}

const BITRATES_KBPS = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const SAMPLE_RATES = [44_100, 48_000, 32_000];
const SAMPLES = 1152;
const SINGLE_CHANNEL = 3;

/**
 * Reads the start of an MPEG-1 Layer III frame (ISO/IEC 11172-3, 2.4.1.3 and 2.4.1.7): 32 bits of header, 16 of
 * CRC unless the protection bit is set, then side information, whose first 9 bits are main_data_begin.
 * Undefined for anything else, MPEG-2 and free-format frames included: they are no rung.
 */
export function readMp3Frame(data: Uint8Array): Mp3Frame | undefined {
  if (data.length < 8) return undefined;
  const [first, second, third, fourth] = data as unknown as [number, number, number, number];
  // 11 bits of sync, version 11 (MPEG-1), layer 01 (III); the lowest bit tells that there is no CRC.
  if (first !== 0xff || (second & 0xfe) !== 0xfa) return undefined;
  const bitrateKbps = BITRATES_KBPS[third >> 4] ?? 0;
  const sampleRate = SAMPLE_RATES[(third >> 2) & 3];
  if (bitrateKbps === 0 || sampleRate === undefined) return undefined;
  const padding = (third >> 1) & 1;
  const sideInfo = (second & 1) === 1 ? 4 : 6;
  return {
    bitrateKbps,
    sampleRate,
    channels: fourth >> 6 === SINGLE_CHANNEL ? 1 : 2,
    frameBytes: Math.floor(((SAMPLES / 8) * bitrateKbps * 1000) / sampleRate) + padding,
    mainDataBegin: ((data[sideInfo] as number) << 1) | ((data[sideInfo + 1] as number) >> 7),
  };
}
