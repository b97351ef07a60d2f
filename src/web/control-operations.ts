import type { ApiOperation } from './api-operation.ts';
import { Done, FactoryReset, NowPlaying, Restart } from './control-schemas.ts';

const REFUSED = { 409: 'The machine does not do that at present' };
const UNKNOWN = { 404: 'There is nothing of that name', ...REFUSED };

export const CONTROL_OPERATIONS: readonly ApiOperation[] = [
  command('identify', 'Shows which box this is: its LED blinks', 'control', {}),
  command('restart', 'Starts a source or a camera again', 'control', { body: Restart, refusals: UNKNOWN }),
  command('now-playing', 'What listeners are told is playing', 'control', { body: NowPlaying, refusals: UNKNOWN }),
  command('restart-program', 'Starts Pipit again', 'admin', {}),
  command('reboot', 'Starts the machine again', 'admin', {}),
  command('shut-down', 'Switches the machine off', 'admin', {}),
  command('factory-reset', 'Forgets settings, password and tokens; takes signing in', 'admin', { body: FactoryReset }),
];

function command(
  name: string,
  summary: string,
  scope: ApiOperation['scope'],
  more: Pick<ApiOperation, 'body' | 'refusals'>,
): ApiOperation {
  const path = `/api/control/${name}`;
  return { method: 'post', path, summary, scope, answer: Done, refusals: REFUSED, ...more };
}
