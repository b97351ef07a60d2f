import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestResult } from '../../hardware-tests/hardware-test.ts';
import { countOf } from '../../hardware-tests/text-report.ts';
import { command } from '../command.ts';
import type { BootFigures } from './boot-figures.ts';
import type { Lab } from './lab.ts';

/** dist/boot-report.json. What was not measured is null. */
export type BootReport = { readonly [K in keyof BootFigures]: BootFigures[K] | null } & {
  /** With `-changed` behind it when the checkout was not as that commit has it. */
  readonly commit: string;
  readonly arch: string;
  readonly tests: { readonly passed: number; readonly failed: number; readonly skipped: number };
};

/** Writes the release in figures. */
export async function writeBootReport(lab: Lab, results: readonly TestResult[]): Promise<string> {
  const { figures, recipe } = lab;
  const git = (args: readonly string[]) => command('git', ['-C', recipe.root, ...args]).then((text) => text.trim());
  const changed = await git(['status', '--porcelain', '--untracked-files=no']);
  const known = (name: keyof BootFigures): number | null => figures[name] ?? null;
  const seconds = (name: keyof BootFigures): number | null =>
    figures[name] === undefined ? null : rounded(figures[name]);
  const report: BootReport = {
    commit: `${await git(['rev-parse', 'HEAD'])}${changed === '' ? '' : '-changed'}`,
    arch: recipe.arch,
    boot_s: seconds('boot_s'),
    baseline_s: seconds('baseline_s'),
    first_audio_s: seconds('first_audio_s'),
    mem_used_mb: known('mem_used_mb'),
    mem_camera_mb: known('mem_camera_mb'),
    xz_mb: await sizeOf(recipe.dist, new RegExp(`-${recipe.arch}\\.img\\.xz$`)),
    deb_mb: await sizeOf(recipe.dist, new RegExp(`_${recipe.arch}\\.deb$`)),
    security_score: known('security_score'),
    tests: countOf(results),
  };
  await mkdir(recipe.dist, { recursive: true });
  const file = join(recipe.dist, 'boot-report.json');
  await writeFile(file, `${JSON.stringify(report, undefined, 2)}\n`);
  return file;
}

async function sizeOf(folder: string, pattern: RegExp): Promise<number | null> {
  const name = (await readdir(folder).catch(() => [])).find((each) => pattern.test(each));
  return name === undefined ? null : rounded((await stat(join(folder, name))).size / 1e6);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
