import { open, readdir, readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { formatCameras, listCameras } from '../src/capture/camera/camera-devices.ts';
import { formatDevices, listDevices } from '../src/capture/devices.ts';
import { readHostIdentity } from '../src/telemetry/host-identity.ts';
import { program } from './program.ts';

const SPEED_BYTES = 64 * 1024 * 1024;
const SPEED_BLOCK = 1024 * 1024;

/**
 * What the machine is, as Markdown to paste into a bug report: no addresses, names of networks or serial numbers. What the
 * machine does not tell is left out.
 */
export async function hardwareReport(): Promise<string> {
  const { model } = await readHostIdentity();
  const rows: readonly (readonly [string, string])[] = [
    ['model', model],
    ['device tree', (await text('/proc/device-tree/compatible')).replaceAll('\0', ' ').trim()],
    ['kernel', `${release()} ${process.arch}, Node ${process.version}`],
    ['Pipit', (JSON.parse(await text(new URL('../package.json', import.meta.url))) as { version: string }).version],
    ['system', /^PRETTY_NAME="?(.*?)"?$/m.exec(await text('/etc/os-release'))?.[1] ?? ''],
    ['image', /^IMAGE_VERSION="?(.*?)"?$/m.exec(await text('/etc/os-release'))?.[1] ?? ''],
    ['memory', /^MemTotal:\s*(.*)$/m.exec(await text('/proc/meminfo'))?.[1] ?? ''],
    ['firmware', await said('vcgencmd', ['version'])],
    ['throttling', await said('vcgencmd', ['get_throttled'])],
    ['temperatures', await temperatures()],
    ['clock', await said('timedatectl', ['show', '--property=NTPSynchronized'])],
    ['disks', await said('lsblk', ['--nodeps', '--noheadings', '--output', 'NAME,SIZE,TRAN,MODEL'])],
    ['card', await cardSpeed()],
  ];
  const table = rows.filter(([, value]) => value !== '').map(([name, value]) => `| ${name} | ${inCell(value)} |`);
  return [
    '## Hardware',
    '',
    '| what | is |',
    '| --- | --- |',
    ...table,
    '',
    '### Sound cards',
    '',
    fenced(formatDevices(await listDevices())),
    '### Cameras',
    '',
    fenced(formatCameras(await listCameras())),
    '### USB',
    '',
    fenced(await usbDevices()),
  ].join('\n');
}

async function text(path: string | URL): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}

/** What a program says; empty where it is not there or fails. */
async function said(name: string, args: readonly string[]): Promise<string> {
  return await program(name, args, { limitMs: 10_000 }).then(
    ({ code, out }) => (code === 0 ? out.trim() : ''),
    () => '',
  );
}

async function temperatures(): Promise<string> {
  const folder = '/sys/class/thermal';
  const zones = (await readdir(folder).catch(() => [])).filter((name) => name.startsWith('thermal_zone'));
  const each = zones.toSorted().map(async (zone) => {
    const [type, value] = await Promise.all([text(`${folder}/${zone}/type`), text(`${folder}/${zone}/temp`)]);
    return /^\d+\s*$/.test(value) ? `${type.trim()} ${(Number(value) / 1000).toFixed(1)} °C` : '';
  });
  return (await Promise.all(each)).filter(Boolean).join(', ');
}

/** How fast the disk of the root is read, past the kernel's cache; only root may. */
async function cardSpeed(): Promise<string> {
  const parent = (await said('lsblk', ['--nodeps', '--noheadings', '--raw', '--output', 'NAME,TYPE']))
    .split('\n')
    .map((line) => line.split(' '))
    .find(([name = '', type]) => type === 'disk' && /^(?:mmcblk|vd|sd|nvme)/.test(name))?.[0];
  if (parent === undefined) return '';
  try {
    await using file = await open(`/dev/${parent}`, 'r');
    const block = Buffer.alloc(SPEED_BLOCK);
    const begun = performance.now();
    // From the middle of the disk on: what begins it was read at boot.
    const middle = Math.floor(Number(await text(`/sys/class/block/${parent}/size`)) / 4096) * 1024 * 1024;
    let bytes = 0;
    while (bytes < SPEED_BYTES) {
      const { bytesRead } = await file.read(block, 0, SPEED_BLOCK, middle + bytes);
      if (bytesRead === 0) break;
      bytes += bytesRead;
    }
    const seconds = (performance.now() - begun) / 1000;
    return bytes === 0 ? '' : `${parent} reads ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`;
  } catch {
    return '';
  }
}

async function usbDevices(): Promise<string> {
  const folder = '/sys/bus/usb/devices';
  const names = (await readdir(folder).catch(() => [])).filter((name) => /^\d+-[\d.]+$/.test(name));
  const lines = names.toSorted().map(async (name) => {
    const of = async (file: string): Promise<string> => (await text(`${folder}/${name}/${file}`)).trim();
    return `${name.padEnd(8)} ${await of('idVendor')}:${await of('idProduct')} ${await of('manufacturer')} ${await of('product')} (${await of('speed')} Mbit/s)`;
  });
  return names.length === 0 ? 'none' : (await Promise.all(lines)).join('\n');
}

function inCell(value: string): string {
  return value.replaceAll('|', '\\|').replaceAll('\n', '<br>');
}

function fenced(value: string): string {
  return `\`\`\`text\n${value.trim()}\n\`\`\`\n`;
}
