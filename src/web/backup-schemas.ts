import * as v from 'valibot';
import { QUALITY_MODES } from '../core/quality-level.ts';

/** The part `mute` of a backup. */
const MutePart = v.object({ camera: v.boolean(), microphone: v.boolean() });

const Time = v.pipe(v.number(), v.finite(), v.minValue(0));

/** The part `devices`: what each device wishes for, by its key. */
const DevicesPart = v.pipe(
  v.array(
    v.object({
      key: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      name: v.pipe(v.string(), v.maxLength(256)),
      agent: v.pipe(v.string(), v.maxLength(256)),
      preferences: v.object({
        mode: v.picklist(QUALITY_MODES),
        preferQuality: v.boolean(),
        adaptToSystem: v.boolean(),
        autoDownloadQuality: v.boolean(),
      }),
      createdMs: Time,
      lastSeenMs: Time,
    }),
  ),
  v.maxLength(500),
);

const PARTS = { config: v.pipe(v.string(), v.maxLength(1024 * 1024)), mute: MutePart, devices: DevicesPart };

/** What the parts of a backup hold. */
export type PartContents = { readonly [N in keyof typeof PARTS]: v.InferOutput<(typeof PARTS)[N]> };

/** The content of a part; undefined for what it can't hold. */
export function partOf<N extends keyof PartContents>(name: N, content: unknown): PartContents[N] | undefined {
  const result = v.safeParse(PARTS[name], content);
  return result.success ? (result.output as PartContents[N]) : undefined;
}
