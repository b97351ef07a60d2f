import { getStatus } from '../api.js';
import { restartProgram } from '../settings/calls.js';
import { refreshStation } from '../station.js';
import { loadGiven } from './given.js';

const EVERY_MS = 400;
const LIMIT_MS = 90_000;

/**
 * Starts Pipit again; resolves with true when it is back, false when it has not come back.
 * @throws ApiError when it will not start again
 */
export async function restartAndWait() {
  const before = await getStatus();
  await restartProgram();
  const fromMs = Date.now();
  let wasAway = false;
  while (Date.now() - fromMs < LIMIT_MS) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    const status = await getStatus().catch(() => undefined);
    if (status === undefined) wasAway = true;
    // It counts from its start.
    else if (wasAway || status.uptime_seconds < before.uptime_seconds) {
      await Promise.all([refreshStation(), loadGiven()]);
      return true;
    }
  }
  return false;
}
