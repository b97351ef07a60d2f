/**
 * What stands for one listener's or viewer's device: a hash (64 hex digits) of what the device itself shows, so that
 * whoever reads the key cannot act as the device.
 */
export type DeviceKey = string;

const ID_DIGITS = 16;

/** The name of a device in the API: the beginning of its key, 16 hex digits. */
export function deviceIdOf(key: DeviceKey): string {
  return key.slice(0, ID_DIGITS);
}
