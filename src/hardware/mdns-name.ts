import { DeviceError } from '../core/errors.ts';
import { runProgram } from './system-program.ts';

const AVAHI = 'org.freedesktop.Avahi';
const LIMIT_MS = 5_000;

/**
 * The name by which this machine is found on its own network: `pipit.local`, or `pipit-2.local` where another had that
 * name before (RFC 6762, 9). Undefined where Avahi does not run.
 *
 * @param busctl the program, by name or path
 */
export async function mdnsName(busctl = 'busctl'): Promise<string | undefined> {
  const ask = ['call', AVAHI, '/', `${AVAHI}.Server`, 'GetHostNameFqdn'];
  try {
    const { exitCode, out } = await runProgram(busctl, ['--system', '--auto-start=no', '--json=short', ...ask], {
      timeoutMs: LIMIT_MS,
    });
    if (exitCode !== 0) return undefined;
    const { data } = JSON.parse(out) as { readonly data?: readonly unknown[] };
    const [name] = data ?? [];
    return typeof name === 'string' && /^[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+$/i.test(name) ? name : undefined;
  } catch (error) {
    if (error instanceof DeviceError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
