import * as v from 'valibot';

const Device = v.pipe(v.string(), v.minLength(1), v.maxLength(256), v.regex(/^\P{Cc}+$/u));
const SoundDeviceName = v.pipe(Device, v.regex(/^(?:auto|hw:.+|usb-path:.+|card-id:.+)$/));
const V4l2Name = v.pipe(Device, v.regex(/^(?:auto|\/dev\/[\w/-]+|usb-path:.+)$/));

/** Which device to hear or see before it is chosen: as `/api/devices` names it. */
export const PreviewWish = v.union([
  v.strictObject({ kind: v.literal('sound'), device: SoundDeviceName }),
  v.strictObject({ kind: v.literal('camera'), type: v.optional(v.literal('v4l2'), 'v4l2'), device: V4l2Name }),
  v.strictObject({
    kind: v.literal('camera'),
    type: v.literal('rpicam'),
    index: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(15)),
  }),
]);

/** A sound card that can record. */
const SoundDevice = v.strictObject({
  /** What to write as `device` of a source of type alsa. */
  device: v.string(),
  /** The same device by other names. */
  also: v.array(v.string()),
  name: v.string(),
  usb_port: v.nullable(v.string()),
  channels: v.nullable(v.number()),
  /** How its mixer is set when it is first opened, unless the source says `mixer = "leave"`; null: not at all. */
  mixer_preset: v.nullable(v.string()),
  /** Name of the source that records from it now. */
  in_use_by: v.nullable(v.string()),
  /** Another program does. */
  in_use_elsewhere: v.boolean(),
});

/** A camera; write `type`, and `device` or `index`, into a camera's block. */
const CameraDevice = v.strictObject({
  type: v.picklist(['v4l2', 'rpicam']),
  device: v.nullable(v.string()),
  index: v.nullable(v.number()),
  name: v.string(),
  usb_port: v.nullable(v.string()),
  /** The largest picture that it has, pixels. */
  width: v.nullable(v.number()),
  height: v.nullable(v.number()),
  /** Name of the camera in the configuration that has it. */
  in_use_by: v.nullable(v.string()),
  in_use_elsewhere: v.boolean(),
});

export const DevicesAnswer = v.strictObject({ sound: v.array(SoundDevice), cameras: v.array(CameraDevice) });

/** A line of what is heard: one object each. */
export const PreviewLine = v.union([
  v.strictObject({ state: v.literal('opening') }),
  /** The source that records from it already: what follows is its level. */
  v.strictObject({ in_use_by: v.string() }),
  v.strictObject({ rms_db: v.array(v.number()), peak_db: v.array(v.number()), clipped_samples: v.number() }),
  /** The last one: why it is over. */
  v.strictObject({ error: v.string() }),
  v.strictObject({ end: v.picklist(['time', 'stopped']) }),
]);

export type DevicesAnswer = v.InferOutput<typeof DevicesAnswer>;
export type SoundDeviceAnswer = v.InferOutput<typeof SoundDevice>;
export type CameraDeviceAnswer = v.InferOutput<typeof CameraDevice>;
export type PreviewWish = v.InferOutput<typeof PreviewWish>;
export type CameraPreviewWish = Extract<PreviewWish, { kind: 'camera' }>;
export type PreviewLine = v.InferOutput<typeof PreviewLine>;
