import { command } from './command.ts';
import { hashOf, ROOT } from './recipe.ts';

/** All that a release is made of; tests beside the code are left out where they are listed. */
export const INPUTS = [
  'src',
  'image',
  'systemd',
  'overlays',
  'hardware-tests',
  'config.hcl',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'LICENSE',
  'NOTICE',
] as const;

/**
 * When the inputs were last changed, as git knows it: what is built of the same inputs carries the same time.
 *
 * @returns seconds since 1970
 */
export async function epochOfInputs(): Promise<number> {
  const fixed = Number(process.env['SOURCE_DATE_EPOCH']);
  if (Number.isInteger(fixed) && fixed > 0) return fixed;
  const said = await command('git', ['-C', ROOT, 'log', '-1', '--format=%ct', '--', ...INPUTS]);
  const seconds = Number(said.trim());
  if (!Number.isInteger(seconds) || seconds <= 0)
    throw new Error('There is no git here to tell the time of the inputs: set SOURCE_DATE_EPOCH.');
  return seconds;
}

/**
 * One hash of all inputs as they lie here, tests and pages for readers left out.
 *
 * @returns hexadecimal digits
 */
export async function hashOfInputs(): Promise<string> {
  const said = await command('git', ['-C', ROOT, 'ls-files', '-z', '--', ...INPUTS]);
  const paths = said.split('\0').filter((path) => path !== '' && !isForReaders(path));
  return hashOf(paths);
}

function isForReaders(path: string): boolean {
  return path.endsWith('.md') || /\.(test|testing)\.ts$/.test(path) || path.startsWith('src/testkit/');
}
