import { statfs } from 'node:fs/promises';
import { cpus } from 'node:os';
import { HOST_ROOTS, type HostRoots, listHostFiles, readHostFile } from './host-files.ts';

/**
 * The machine as text for somebody who helps: processor, kernel, memory, disks, sound cards, cameras, network. Only what
 * the kernel tells everybody; no addresses, no serial numbers, no names of users.
 */
export async function hostReport(roots: HostRoots = HOST_ROOTS, osRelease = '/etc/os-release'): Promise<string> {
  const { proc } = roots;
  const sections: readonly (readonly [title: string, text: Promise<string | undefined> | string])[] = [
    ['board', readHostFile(`${proc}/device-tree/model`)],
    ['processor', processor()],
    ['kernel', readHostFile(`${proc}/version`)],
    ['system', readHostFile(osRelease)],
    ['uptime and load', lines([readHostFile(`${proc}/uptime`), readHostFile(`${proc}/loadavg`)])],
    ['memory', readHostFile(`${proc}/meminfo`)],
    ['pressure', pressure(roots)],
    ['disks', disks(roots)],
    ['sound cards', lines([readHostFile(`${proc}/asound/cards`), readHostFile(`${proc}/asound/pcm`)])],
    ['cameras', cameras(roots)],
    ['network', network(roots)],
  ];
  const texts = await Promise.all(sections.map(async ([title, text]) => [title, (await text)?.replaceAll('\0', '')]));
  return texts
    .filter(([, text]) => text !== undefined && text !== '')
    .map(([title, text]) => `== ${title} ==\n${text}\n`)
    .join('\n');
}

function processor(): string {
  const models = cpus().map(({ model }) => model);
  return [...new Set(models)].map((name) => `${models.filter((model) => model === name).length} × ${name}`).join('\n');
}

/** Who waits for what (PSI, Documentation/accounting/psi.rst of the kernel). */
async function pressure({ proc }: HostRoots): Promise<string> {
  const parts = ['cpu', 'memory', 'io'].map(async (what) => {
    const text = await readHostFile(`${proc}/pressure/${what}`);
    return text === undefined ? undefined : `${what}:\n${text}`;
  });
  return lines(parts);
}

/** File systems on disks of this machine; those of other machines may hang, and their options may hold passwords. */
async function disks({ proc }: HostRoots): Promise<string> {
  const mounts = (await readHostFile(`${proc}/self/mounts`)) ?? '';
  const local = mounts.split('\n').filter((line) => line.startsWith('/dev/'));
  return lines(
    local.slice(0, 20).map(async (line) => {
      const [device = '', place = '', type = '', options = ''] = line.split(' ');
      const readOnly = options.split(',').includes('ro') ? ' read-only' : '';
      const { bsize, blocks, bavail } = await statfs(place).catch(() => ({ bsize: 0, blocks: 0, bavail: 0 }));
      const megabytes = (count: number): number => Math.round((count * bsize) / 1e6);
      return `${device} on ${place} ${type}${readOnly}: ${megabytes(bavail)} of ${megabytes(blocks)} MB free`;
    }),
  );
}

async function cameras({ sys }: HostRoots): Promise<string> {
  const nodes = await listHostFiles(`${sys}/class/video4linux`);
  const named = nodes.toSorted().map(async (node) => {
    const name = await readHostFile(`${sys}/class/video4linux/${node}/name`);
    return `${node}: ${name ?? ''}`;
  });
  return lines(named);
}

async function network({ proc, sys }: HostRoots): Promise<string> {
  const facts = ['operstate', 'speed', 'duplex', 'mtu', 'statistics/rx_errors', 'statistics/tx_errors'];
  const links = (await listHostFiles(`${sys}/class/net`)).toSorted().map(async (name) => {
    const values = facts.map(async (fact) => [fact, await readHostFile(`${sys}/class/net/${name}/${fact}`)]);
    const known = (await Promise.all(values)).filter(([, value]) => value !== undefined && value !== '');
    return `${name}: ${known.map(([fact, value]) => `${fact?.replace('statistics/', '')}=${value}`).join(' ')}`;
  });
  return lines([...links, readHostFile(`${proc}/net/wireless`)]);
}

async function lines(parts: readonly (Promise<string | undefined> | undefined)[]): Promise<string> {
  return (await Promise.all(parts)).filter(Boolean).join('\n');
}
