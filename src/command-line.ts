import { parseArgs } from 'node:util';

/** What the program was asked to do. */
export type Command =
  | { readonly name: 'run'; readonly configFile: string | undefined }
  | { readonly name: 'check'; readonly configFile: string | undefined }
  | { readonly name: 'devices' }
  | { readonly name: 'help' }
  | { readonly name: 'version' };

export const USAGE = `Usage: pipit [-c FILE] [--check]     run with FILE, or only say whether it is right
       pipit devices                list what can be captured from
       pipit --help | --version

Without -c, the file is $PIPIT_CONFIG, ./config.hcl or /etc/pipit/config.hcl, whichever is there first.
Signals: SIGHUP reads the file again, SIGTERM and SIGINT stop.
`;

/**
 * @param args the arguments after the program's name
 * @throws Error with a sentence for the user
 */
export function parseCommandLine(args: readonly string[]): Command {
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
