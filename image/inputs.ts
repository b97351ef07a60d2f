import { command } from './command.ts';
import { hashOf, ROOT } from './recipe.ts';

/** All that a release is made of. */
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

/** Among them, but of no release: tests, and pages for readers. Pathspecs, as of gitglossary(7). */
const NOT_SHIPPED = ['**/*.md', '**/*.test.ts', '**/*.testing.ts', 'src/testkit/**'].map(
  (pattern) => `:(exclude,glob)${pattern}`,
);

/**
 * When the inputs were last changed, as git knows it: what is built of the same inputs carries the same time.
 *
 * @returns seconds since 1970
 */
export async function epochOfInputs(): Promise<number> {
  const fixed = Number(process.env['SOURCE_DATE_EPOCH']);
  if (Number.isInteger(fixed) && fixed > 0) return fixed;
  const said = await command('git', ['-C', ROOT, 'log', '-1', '--format=%ct', '--', ...INPUTS, ...NOT_SHIPPED]);
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
  const said = await command('git', ['-C', ROOT, 'ls-files', '-z', '--', ...INPUTS, ...NOT_SHIPPED]);
  return hashOf(said.split('\0').filter((path) => path !== ''));
}
