import type { CameraSourceSettings, PictureMode, PictureTreatment } from '../core/camera-settings.ts';
import { maskOf } from './mask.ts';
import type { NamedCamera } from './settings.ts';
import { milliseconds } from './to-milliseconds.ts';
import type { CameraValues } from './values.ts';

/** The camera that valid values stand for. */
export function cameraOf(name: string, values: CameraValues, builtIn: boolean): NamedCamera {
  return {
    name,
    source: sourceOf(values),
    treatment: treatmentOf(values),
    fps: values.fps,
    idleCloseMs: milliseconds(values.idle_close_s),
    keepOpen: values.keep_open,
    builtIn,
  };
}

function sourceOf(values: CameraValues): CameraSourceSettings {
  switch (values.type) {
    case 'v4l2':
      return {
        type: values.type,
        device: values.device,
        format: values.format,
        controls: [...values.controls],
        ...modeOf(values),
      };
    case 'rpicam':
      return {
        type: values.type,
        index: values.index,
        codec: values.codec,
        sensorRotation: values.sensor_rotation,
        lowLatency: values.low_latency,
        ...modeOf(values),
      };
    case 'url':
      return { type: values.type, url: values.url };
    case 'file':
      return { type: values.type, path: values.path };
    default:
      return { type: values.type, ...modeOf(values) };
  }
}

function modeOf({ width, height, fps }: PictureMode): PictureMode {
  return { width, height, fps };
}

function treatmentOf({ rotate, flip, mask, overlay }: CameraValues): PictureTreatment {
  // The schema has let only rectangles through.
  const masks = mask.map(maskOf).filter((rectangle) => rectangle !== undefined);
  return { rotate, flip, masks, overlay };
}
