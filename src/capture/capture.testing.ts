import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrackMetadata } from '../core/access-unit.ts';
import { systemClock } from '../core/clock.ts';
import { CounterSet } from '../core/counters.ts';
import type { Channels, PcmBlock } from '../core/pcm.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import type { SourceContext, SourcePacket } from './source.ts';

/** A context that keeps what it is told. */
export class TestContext implements SourceContext {
  readonly clock = systemClock;
  readonly log = new RecordingLog();
  readonly counters = new CounterSet();
  readonly channels: Channels;
  readonly metadata: TrackMetadata[] = [];
  readonly packets: SourcePacket[] = [];

  constructor(channels: Channels = 2) {
    this.channels = channels;
  }

  onMetadata(metadata: TrackMetadata): void {
    this.metadata.push(metadata);
  }

  onPacket(packet: SourcePacket): void {
    this.packets.push(packet);
  }

  count(name: string): number {
    return this.counters.snapshot()[name] ?? 0;
  }
}

/** A directory of the test's own; `await using` removes it. */
export function tempDir(): Disposable & { file(name: string): string } {
  const path = mkdtempSync(join(tmpdir(), 'pipit-capture-'));
  return {
    file: (name) => join(path, name),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}

/** Makes a file with ffmpeg: 1 kHz at -12 dBFS on two channels, `seconds` long; further options stand before its name. */
export function makeTone(path: string, seconds: number, ...options: string[]): string {
  const sine = '0.251*sin(2*PI*1000*t)';
  const tone = `aevalsrc=${sine}|${sine}:s=48000:d=${seconds}`;
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', tone, ...options, path]);
  return path;
}

/** The samples of all blocks, or of the first `seconds` of them. */
export async function collect(blocks: AsyncIterable<PcmBlock>, seconds = Number.POSITIVE_INFINITY) {
  const parts: Int16Array[] = [];
  let channels: Channels = 2;
  let length = 0;
  for await (const block of blocks) {
    parts.push(block.samples);
    channels = block.channels;
    length += block.samples.length;
    if (length >= seconds * 48_000 * channels) break;
  }
  const samples = new Int16Array(length);
  let at = 0;
  for (const part of parts) {
    samples.set(part, at);
    at += part.length;
  }
  return { samples, channels, seconds: length / channels / 48_000 };
}

/** The code of the PipitError that reading ends with; empty when it ends in order. */
export async function failureOf(blocks: AsyncIterable<PcmBlock>): Promise<Error & { code: string }> {
  try {
    for await (const _ of blocks);
  } catch (error) {
    return error as Error & { code: string };
  }
  throw new Error('it ended in order');
}
