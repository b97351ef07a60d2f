import type { SourcePacket } from '../capture/source.ts';
import { type Channels, SAMPLE_RATE } from '../core/pcm.ts';
import { ADTS_HEADER_BYTES, ADTS_MAX_FRAME_BYTES, isRungAdts, readAdtsHeader, writeAdtsHeader } from './adts.ts';
import { readFlacFrame, streamInfoOf } from './flac-frame.ts';
import { readMp3Frame } from './mp3-frame.ts';

/** A frame of the source as a rung carries it. */
export interface FittingFrame {
  readonly data: Uint8Array;
  /** Codec configuration as FFmpeg's extradata; empty where there is none. Equal for all frames of a stream. */
  readonly config: Uint8Array;
  /** What the frame says of its own bitrate; 0 where it says nothing. */
  readonly bitrateKbps: number;
}

const NO_CONFIG = new Uint8Array(0);
const AAC_SAMPLES = 1024;
const MP3_SAMPLES = 1152;
const MAX_FRAME_SECONDS = 0.2;

/**
 * The frame as a rung of its codec would carry it, or, as a string, why it can't be one. Everything but the
 * bitrate is decided here: that is a matter of many frames.
 */
export function fitRung(packet: SourcePacket, channels: Channels): FittingFrame | string {
  if (packet.sampleRate !== SAMPLE_RATE) return `its sample rate is ${packet.sampleRate} Hz`;
  if (packet.channels !== channels) return `it has ${packet.channels} channels`;
  if (!(packet.durationSamples > 0 && packet.durationSamples <= MAX_FRAME_SECONDS * SAMPLE_RATE)) {
    return `a frame lasts ${packet.durationSamples} samples`;
  }
  if (packet.data.length === 0) return 'a frame is empty';
  switch (packet.codec) {
    case 'mp3':
      return fitMp3(packet);
    case 'aac':
      return fitAac(packet, channels);
    case 'opus':
      return { data: packet.data, config: opusHead(channels), bitrateKbps: 0 };
    case 'flac':
      return fitFlac(packet);
  }
}

function fitMp3({ data, channels, durationSamples }: SourcePacket): FittingFrame | string {
  const frame = readMp3Frame(data);
  if (frame === undefined || durationSamples !== MP3_SAMPLES) return 'a frame is not MPEG-1 Layer III';
  if (frame.sampleRate !== SAMPLE_RATE || frame.channels !== channels) return 'a frame differs from what was announced';
  if (frame.frameBytes !== data.length) return `a frame of ${frame.frameBytes} bytes came as ${data.length}`;
  if (frame.mainDataBegin !== 0) return 'it uses the bit reservoir';
  return { data, config: NO_CONFIG, bitrateKbps: frame.bitrateKbps };
}

function fitAac({ data, durationSamples }: SourcePacket, channels: Channels): FittingFrame | string {
  // Twice as long are the frames of HE-AAC, which is no rung.
  if (durationSamples !== AAC_SAMPLES) return 'a frame is not AAC-LC';
  const header = readAdtsHeader(data);
  if (header?.frameBytes === data.length) {
    if (!isRungAdts(header, channels)) return 'a frame differs from what was announced';
    return { data, config: aacConfig(channels), bitrateKbps: 0 };
  }
  const frameBytes = ADTS_HEADER_BYTES + data.length;
  if (frameBytes > ADTS_MAX_FRAME_BYTES) return `a frame has ${data.length} bytes`;
  const framed = new Uint8Array(frameBytes);
  writeAdtsHeader(framed, channels, data.length);
  framed.set(data, ADTS_HEADER_BYTES);
  return { data: framed, config: aacConfig(channels), bitrateKbps: 0 };
}

function fitFlac({ data, channels, durationSamples }: SourcePacket): FittingFrame | string {
  const frame = readFlacFrame(data);
  if (frame === undefined) return 'a frame is not FLAC';
  if (frame.bitsPerSample === 0) return 'its frames do not tell their sample size';
  if (frame.channels !== channels || frame.blockSize !== durationSamples) {
    return 'a frame differs from what was announced';
  }
  if (frame.sampleRate !== 0 && frame.sampleRate !== SAMPLE_RATE) return `its sample rate is ${frame.sampleRate} Hz`;
  return { data, config: streamInfoOf({ ...frame, sampleRate: SAMPLE_RATE }), bitrateKbps: 0 };
}

/** AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1): object type 2 (LC), rate index 3 (48 kHz), the channels. */
function aacConfig(channels: Channels): Uint8Array {
  return Uint8Array.of(0x11, 0x80 | (channels << 3));
}

/** The OpusHead of RFC 7845, 5.1; its pre-skip is libopus's own delay, 312 samples. */
function opusHead(channels: Channels): Uint8Array {
  const head = new DataView(new ArrayBuffer(19));
  for (const [at, letter] of [...'OpusHead'].entries()) head.setUint8(at, letter.charCodeAt(0));
  head.setUint8(8, 1);
  head.setUint8(9, channels);
  head.setUint16(10, 312, true);
  head.setUint32(12, SAMPLE_RATE, true);
  return new Uint8Array(head.buffer);
}
