import { DeviceError } from '../../core/errors.ts';
import { type V4l2Device, v4l2Identity } from './v4l2-devices.ts';

/**
 * Finds the camera of a setting: `auto` (one on USB when there is any, else the first), `usb-path:1-1.2` or
 * `/dev/video0`.
 *
 * @throws DeviceError `capture.no-device`; its message lists what is there
 */
export function resolveV4l2Device(setting: string, devices: readonly V4l2Device[]): V4l2Device {
  // Those on USB are listed first.
  const found = setting === 'auto' ? devices[0] : devices.find((device) => isNamed(setting, device));
  if (found !== undefined) return found;
  const wanted = setting === 'auto' ? 'no camera is there' : `there is no camera ${setting}`;
  const there = devices.map((device) => `${device.name} (${v4l2Identity(device)})`).join(', ');
  const list = setting === 'auto' ? '' : `; there ${devices.length === 0 ? 'is none' : `is ${there}`}`;
  throw new DeviceError('capture.no-device', `${wanted}${list}`, {
    remedy: 'Plug in the camera, or set a device that `pipit devices` lists; it is looked for again.',
  });
}

function isNamed(setting: string, { path, usbPath, isFirst }: V4l2Device): boolean {
  return setting === path || (isFirst && usbPath !== undefined && setting === `usb-path:${usbPath}`);
}
