import { type CsiCamera, LIST_PROGRAMS, listCsiCameras } from './rpicam-devices.ts';
import type { V4l2Control } from './v4l2-controls.ts';
import {
  listV4l2Devices,
  SYSTEM_V4L2,
  type V4l2Abilities,
  type V4l2Device,
  type V4l2Roots,
  v4l2Abilities,
  v4l2Identity,
} from './v4l2-devices.ts';
import { ownerOf } from './v4l2-failure.ts';
import type { Range, V4l2Format, V4l2Size } from './v4l2-formats.ts';

/** The cameras of this machine. */
export interface CameraList {
  readonly v4l2: readonly (V4l2Device & V4l2Abilities & { readonly owner: string | undefined })[];
  readonly csi: readonly CsiCamera[];
}

/** What differs in tests. */
export interface CameraListOptions {
  readonly roots?: V4l2Roots;
  readonly listPrograms?: readonly string[];
}

/** Looks for cameras and what they can do; takes a second or two where rpicam-apps are installed. Never rejects. */
export async function listCameras({
  roots = SYSTEM_V4L2,
  listPrograms = LIST_PROGRAMS,
}: CameraListOptions = {}): Promise<CameraList> {
  const describe = async (device: V4l2Device) => ({
    ...device,
    ...(await v4l2Abilities(device.path, roots)),
    owner: await ownerOf(device.path, roots.procRoot),
  });
  const [devices, csi = []] = await Promise.all([listV4l2Devices(roots), listCsiCameras(listPrograms)]);
  return { v4l2: await Promise.all(devices.map(describe)), csi };
}

/** The list as people read it, with the lines to paste into the configuration. */
export function formatCameras({ v4l2, csi }: CameraList): string {
  const count = v4l2.length + csi.length;
  if (count === 0) {
    return [
      'No camera was found.',
      'Plug in a USB camera and look again. For a CSI camera install rpicam-apps-lite, and look at its ribbon cable.',
      '',
    ].join('\n');
  }
  const paragraphs = [...v4l2.map(v4l2Paragraph), ...csi.map(csiParagraph)];
  return `${count === 1 ? '1 camera' : `${count} cameras`}\n\n${paragraphs.join('\n')}`;
}

function v4l2Paragraph(device: CameraList['v4l2'][number]): string {
  const { name, path, usbId, usbPath, formats, controls = [], complaint, owner } = device;
  const usb = usbPath === undefined ? '' : `, USB ${usbId ?? ''} at port ${usbPath}`;
  const identity = v4l2Identity(device);
  const hint = /not installed/.test(complaint) ? ': install the package v4l-utils' : '';
  return [
    `${name} (${path}${usb})`,
    '    type   = "v4l2"',
    `    device = "${identity}"`,
    ...(identity === path ? [] : [`          or "${path}"`]),
    ...(owner === undefined ? [] : [`    in use by ${owner}`]),
    ...(formats === undefined ? [`    what it can do is not known, ${complaint}${hint}`] : formats.map(formatLine)),
    ...controls.map((control, i) => `    ${i === 0 ? 'controls' : '        '} ${controlText(control)}`),
    '',
  ].join('\n');
}

function csiParagraph({ index, model, modes }: CsiCamera): string {
  const sizes = modes.map(({ width, height, fps }) => `${width}x${height} at up to ${rounded(fps)}`);
  return [
    `${model} (CSI)`,
    '    type  = "rpicam"',
    `    index = ${index}`,
    `    any size, from those of the sensor: ${sizes.join(', ')} a second`,
    '',
  ].join('\n');
}

/** Sizes that are equally fast stand together. */
function formatLine({ fourcc, name, sizes }: V4l2Format): string {
  const groups: { names: string[]; rate: string }[] = [];
  for (const size of sizes) {
    const rate = rateText(size.rates);
    const last = groups.at(-1);
    if (last?.rate === rate) last.names.push(sizeText(size));
    else groups.push({ names: [sizeText(size)], rate });
  }
  const text = groups.map(({ names, rate }) => `${names.join(' ')}${rate}`).join(', ');
  return `    ${name ?? `${fourcc.trim()} (not read)`}: ${text || 'sizes are not told'}`;
}

function sizeText({ width, height }: V4l2Size): string {
  const least = `${width.min}x${height.min}`;
  const most = `${width.max}x${height.max}`;
  return least === most ? least : `${least} to ${most}`;
}

function rateText(rates: readonly Range[]): string {
  return rates.length === 0 ? '' : ` at up to ${rounded(Math.max(...rates.map(({ max }) => max)))} a second`;
}

function controlText({ name, type, min, max, menu, value, isInactive }: V4l2Control): string {
  const entries = [...menu].map(([number, label]) => `${number} (${label})`).join(', ');
  const range = type === 'bool' ? '0 or 1' : entries || `${min ?? ''} to ${max ?? ''}`;
  const isNumber = type === 'bool' || entries !== '' || min !== undefined;
  const now = value === undefined ? '' : `, now ${value}`;
  return `${name}: ${isNumber ? range : type}${now}${isInactive ? ', inactive while something automatic governs it' : ''}`;
}

function rounded(rate: number): number {
  return Math.round(rate * 10) / 10;
}
