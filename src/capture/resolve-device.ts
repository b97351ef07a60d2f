import { DeviceError } from '../core/errors.ts';
import { type CaptureDevice, hardwareName, stableIdentities } from './devices.ts';

/** What a setting means among the devices that are there now. */
export interface ResolvedDevice {
  /** `hw:CARD=…,DEV=…` */
  readonly hw: string;
  /** For status and log. */
  readonly description: string;
  readonly device: CaptureDevice;
}

/**
 * Finds the device of a setting: `auto` (a USB one when there is any, else the first), `usb-path:1-1.2`,
 * `card-id:Device` or `hw:…`, the first two with `,DEV=1` for another than the card's device 0.
 *
 * @throws DeviceError `capture.no-device`; its message lists what is there
 */
export function resolveDevice(setting: string, devices: readonly CaptureDevice[]): ResolvedDevice {
  const device = setting === 'auto' ? automatic(devices) : devices.find(matcher(setting));
  if (device === undefined) throw noDevice(setting, devices);
  return { hw: hardwareName(device), description: `${device.name} (${stableIdentities(device)[0]})`, device };
}

function automatic(devices: readonly CaptureDevice[]): CaptureDevice | undefined {
  return devices.find((device) => device.usbPath !== undefined) ?? devices[0];
}

function matcher(setting: string): (device: CaptureDevice) => boolean {
  const colon = setting.indexOf(':');
  const kind = setting.slice(0, colon);
  const { card, device } = parseAddress(setting.slice(colon + 1));
  return (candidate) => {
    if (candidate.device !== device) return false;
    if (kind === 'usb-path') return candidate.usbPath === card;
    if (kind === 'card-id') return candidate.cardId === card;
    return kind === 'hw' && (candidate.cardId === card || String(candidate.card) === card);
  };
}

/** `CARD=Device,DEV=0`, `Device,0` or `Device`, in ALSA's ways of saying the same. */
function parseAddress(text: string): { card: string; device: number } {
  const [card = '', device = '0'] = text.split(',').map((part) => part.trim().replace(/^(?:CARD|DEV)=/, ''));
  return { card, device: /^\d+$/.test(device) ? Number(device) : -1 };
}

function noDevice(setting: string, devices: readonly CaptureDevice[]): DeviceError {
  const wanted = setting === 'auto' ? 'no sound card that can record is there' : `there is no device ${setting}`;
  const there = devices.map((device) => `${device.name} (${stableIdentities(device)[0]})`).join(', ');
  const list = setting === 'auto' ? '' : `; there ${devices.length === 0 ? 'is none' : `is ${there}`}`;
  return new DeviceError('capture.no-device', `${wanted}${list}`, {
    remedy: 'Plug in the microphone, or set a device that `pipit devices` lists; it is looked for again.',
  });
}
