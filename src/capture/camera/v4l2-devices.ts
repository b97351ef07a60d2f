import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parseV4l2Controls, type V4l2Control } from './v4l2-controls.ts';
import { runV4l2Ctl } from './v4l2-ctl.ts';
import { parseV4l2Formats, type V4l2Format } from './v4l2-formats.ts';

/** Where cameras are looked for; other than the defaults in tests. */
export interface V4l2Roots {
  readonly procRoot: string;
  readonly sysRoot: string;
  readonly devRoot: string;
  /** The program that asks drivers what cameras can do. */
  readonly v4l2Ctl: string;
}

/** A camera as the kernel shows it. */
export interface V4l2Device {
  /** `/dev/video0`; another at the next boot, maybe. */
  readonly path: string;
  /** What the maker calls it. */
  readonly name: string;
  /** Where it is plugged in: `1-1.2` is port 2 of the hub at port 1 of bus 1. Undefined for what is not USB. */
  readonly usbPath: string | undefined;
  /** Vendor and product, `046d:082d`. */
  readonly usbId: string | undefined;
  /** It is the first of its USB port: a camera may have several, and the port names the first. */
  readonly isFirst: boolean;
}

/** What a camera can do. */
export interface V4l2Abilities {
  /** Undefined when nothing can tell: v4l2-ctl is missing, or the device does not let itself be asked. */
  readonly formats: readonly V4l2Format[] | undefined;
  readonly controls: readonly V4l2Control[] | undefined;
  /** Why they are undefined. */
  readonly complaint: string;
  /** There is no v4l2-ctl. */
  readonly isMissing: boolean;
}

export const SYSTEM_V4L2: V4l2Roots = { procRoot: '/proc', sysRoot: '/sys', devRoot: '/dev', v4l2Ctl: 'v4l2-ctl' };

const USB_INTERFACE = /^(\d+-\d+(?:\.\d+)*):\d+\.\d+$/;
/** Nodes of the Pi that are no cameras: codecs, image processors, and the raw ends of CSI cameras on Pi 5. */
const NO_CAMERA = /^(?:bcm2835-(?:codec|isp)|pispbe|rpivid|rpi-(?:hevc|isp)|hevc|rp1-cfe)/;
/** The CSI receiver up to Pi 4: sensors deliver raw Bayer data there, HDMI bridges pictures. */
const CSI_RECEIVER = /^unicam/;
/** `Device Caps` are those of the node; what stands before is the whole device's. */
const CAPTURES = /Device Caps\s*:[^\n]*\n(?:\t\t[^\n]*\n)*?\t\tVideo Capture(?:\n|$)/;

interface Node {
  readonly path: string;
  readonly number: number;
  readonly name: string;
  /** Its place among the nodes of one function of a device: the second is for metadata in most. */
  readonly index: number;
  readonly usbPath: string | undefined;
  readonly usbId: string | undefined;
}

/** The cameras that can be opened through V4L2, those on USB first, then by number. Empty when there is none. */
export async function listV4l2Devices(roots: V4l2Roots = SYSTEM_V4L2, signal?: AbortSignal): Promise<V4l2Device[]> {
  const directory = join(roots.sysRoot, 'class', 'video4linux');
  const names = (await namesIn(directory)).filter((name) => /^video\d+$/.test(name));
  const nodes = await Promise.all(names.map((name) => nodeOf(name, directory, roots)));
  nodes.sort((a, b) => Number(b.usbPath !== undefined) - Number(a.usbPath !== undefined) || a.number - b.number);
  const devices: V4l2Device[] = [];
  for (const node of nodes) {
    if (!(await isCamera(node, roots, signal))) continue;
    const { path, name, usbPath, usbId } = node;
    const isFirst = !devices.some((device) => device.usbPath !== undefined && device.usbPath === usbPath);
    devices.push({ path, name, usbPath, usbId, isFirst });
  }
  return devices;
}

/** What a camera can do; asks its driver, and opens it for that. */
export async function v4l2Abilities(
  path: string,
  { v4l2Ctl }: V4l2Roots = SYSTEM_V4L2,
  signal?: AbortSignal,
): Promise<V4l2Abilities> {
  const formats = await runV4l2Ctl(v4l2Ctl, ['-d', path, '--list-formats-ext'], signal);
  const { complaint, isMissing } = formats;
  if (complaint !== '') return { formats: undefined, controls: undefined, complaint, isMissing };
  const controls = await runV4l2Ctl(v4l2Ctl, ['-d', path, '--list-ctrls-menus'], signal);
  return { formats: parseV4l2Formats(formats.text), controls: parseV4l2Controls(controls.text), complaint, isMissing };
}

/** How the configuration names it so that it is found again after a boot, where there is such a name. */
export function v4l2Identity({ path, usbPath, isFirst }: V4l2Device): string {
  return usbPath === undefined || !isFirst ? path : `usb-path:${usbPath}`;
}

async function nodeOf(name: string, directory: string, roots: V4l2Roots): Promise<Node> {
  const at = join(directory, name);
  const target = await realpath(join(at, 'device')).catch(() => '');
  const usbPath = USB_INTERFACE.exec(basename(target))?.[1];
  const usb = dirname(target);
  const ids = usbPath === undefined ? [] : [await lineOf(join(usb, 'idVendor')), await lineOf(join(usb, 'idProduct'))];
  return {
    path: join(roots.devRoot, name),
    number: Number(name.slice('video'.length)),
    name: (await lineOf(join(at, 'name'))) || name,
    index: Number((await lineOf(join(at, 'index'))) || 0),
    usbPath,
    usbId: ids.length === 2 && ids.every((id) => id !== '') ? ids.join(':') : undefined,
  };
}

async function isCamera({ path, name, index }: Node, { v4l2Ctl }: V4l2Roots, signal?: AbortSignal): Promise<boolean> {
  if (NO_CAMERA.test(name)) return false;
  if (CSI_RECEIVER.test(name)) {
    const { text } = await runV4l2Ctl(v4l2Ctl, ['-d', path, '--list-formats-ext'], signal);
    return parseV4l2Formats(text).some((format) => format.name !== undefined);
  }
  const { text, complaint } = await runV4l2Ctl(v4l2Ctl, ['-d', path, '--info'], signal);
  // Who may not ask, or has no program to ask with, goes by the order of the nodes.
  return complaint === '' ? CAPTURES.test(text) : index === 0;
}

/** Empty when there is no such directory: cameras come and go while one looks. */
async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

async function lineOf(path: string): Promise<string> {
  return (await readFile(path, 'utf8').catch(() => '')).trim();
}
