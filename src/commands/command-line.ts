import { parseArgs } from 'node:util';

/** What the program was asked to do. */
export type Command =
  | { readonly name: 'run'; readonly configFile: string | undefined }
  | { readonly name: 'check'; readonly configFile: string | undefined }
  | { readonly name: 'devices' }
  | { readonly name: 'help' }
  | { readonly name: 'other'; readonly subcommand: Subcommand; readonly args: readonly string[] }
  | { readonly name: 'version' };

/** What else the program does, each by a file of its own in this folder: `NAME-command.ts`. */
export const SUBCOMMANDS = {
  'self-test': () => import('./self-test-command.ts'),
  'apply-first-boot': () => import('./apply-first-boot-command.ts'),
  onboard: () => import('./onboard-command.ts'),
  'confirm-update': () => import('./confirm-update-command.ts'),
  update: () => import('./update-command.ts'),
} as const satisfies Record<string, () => Promise<SubcommandFile>>;

export type Subcommand = keyof typeof SUBCOMMANDS;

export interface SubcommandFile {
  /**
   * @param args what follows the subcommand's name
   * @returns the exit code
   */
  run(args: readonly string[]): Promise<number>;
}

export const USAGE = `Usage: pipit [-c FILE] [--check]     run with FILE, or only say whether it is right
       pipit devices                list what can be captured from
       pipit update --help          updates of the image as a whole
       pipit self-test --help       tests this machine with Pipit on it
       pipit --help | --version

Without -c, the file is $PIPIT_CONFIG, ./config.hcl or /etc/pipit/config.hcl, whichever is there first.
Signals: SIGHUP reads the file again, SIGTERM and SIGINT stop.
`;

/**
 * @param args the arguments after the program's name
 * @throws Error with a sentence for the user
 */
export function parseCommandLine(args: readonly string[]): Command {
  const [first = '', ...rest] = args;
  if (isSubcommand(first)) return { name: 'other', subcommand: first, args: rest };
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      config: { type: 'string', short: 'c' },
      check: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
    },
  });
  if (values.help) return { name: 'help' };
  if (values.version) return { name: 'version' };
  const [word, ...more] = positionals;
  if (word === 'devices' && more.length === 0) return { name: 'devices' };
  if (word !== undefined) throw new Error(`There is no command "${positionals.join(' ')}".`);
  return { name: values.check ? 'check' : 'run', configFile: values.config };
}

function isSubcommand(word: string): word is Subcommand {
  return Object.hasOwn(SUBCOMMANDS, word);
}
