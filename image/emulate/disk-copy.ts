import { open, rm } from 'node:fs/promises';
import { command } from '../command.ts';
import { type Partition, placedPartitions } from '../disk/layout.ts';
import type { Toolbox } from '../toolbox.ts';
import { toolOf } from './tool.ts';

/** A disk that is written to: a copy, so that what was built stays as it is. Raw and sparse. */
export class DiskCopy implements AsyncDisposable {
  readonly file: string;
  readonly #toolbox: Toolbox;

  private constructor(file: string, toolbox: Toolbox) {
    this.file = file;
    this.#toolbox = toolbox;
  }

  /**
   * @param from a disk image
   * @param file where the copy goes
   * @param sizeBytes as large as a card is, when that is more
   */
  static async of(toolbox: Toolbox, from: string, file: string, sizeBytes = 0): Promise<DiskCopy> {
    await command('cp', ['--reflink=auto', '--sparse=always', from, file]);
    await using disk = await open(file, 'r+');
    const { size } = await disk.stat();
    await disk.truncate(Math.max(size, sizeBytes));
    return new DiskCopy(file, toolbox);
  }

  /** Puts a text file onto a FAT partition, instead of one of the same name. */
  async writeText(name: string, text: string, partition: Partition['name'] = 'firmware'): Promise<void> {
    await this.#mtools('mcopy', partition, ['-o', '-', `::${name}`], text);
  }

  /** @returns what a file on a FAT partition says */
  async readText(name: string, partition: Partition['name'] = 'firmware'): Promise<string> {
    return await this.#mtools('mtype', partition, [`::${name}`]);
  }

  /** Writes over a part of a partition, as a card does that is broken. */
  async spoil(partition: Partition['name'], from: number, bytes: number): Promise<void> {
    await using disk = await open(this.file, 'r+');
    const noise = Buffer.alloc(2 ** 20, 0xa5);
    const start = startOf(partition) + from;
    for (let at = 0; at < bytes; at += noise.length) {
      await disk.write(noise, 0, Math.min(noise.length, bytes - at), start + at);
    }
  }

  /** Copies a partition into a file of its own, as it is at this moment; holes stay holes, and are not read. */
  async extract(partition: { readonly start: number; readonly size: number }, file: string): Promise<void> {
    const tool = toolOf(this.#toolbox, 'usr/bin/qemu-img');
    const source = `driver=raw,offset=${partition.start},size=${partition.size},file.driver=file,file.filename=${this.file.replaceAll(',', ',,')}`;
    await command(tool.name, [...tool.before, 'convert', '--image-opts', '-O', 'raw', source, file]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.file, { force: true });
  }

  async #mtools(program: string, partition: Partition['name'], args: readonly string[], input?: string) {
    const tool = toolOf(this.#toolbox, 'usr/bin/mtools');
    return await command(
      tool.name,
      [...tool.before, '-c', program, '-i', `${this.file}@@${startOf(partition)}`, ...args],
      { env: { MTOOLS_SKIP_CHECK: '1' }, ...(input !== undefined && { input }) },
    );
  }
}

function startOf(partition: Partition['name']): number {
  const place = placedPartitions().find(({ name }) => name === partition);
  if (place === undefined) throw new Error(`No partition is named ${partition}.`);
  return place.start;
}
