import { call, getStatus } from './api.js';
import { refreshStation } from './station.js';

const EVERY_MS = 400;
const PATIENCE_MS = 90_000;

/**
 * Has Pipit start again; resolves with true when it is back, false when it has not come back.
 * @throws ApiError when it will not start again
 */
export async function restartAndWait() {
  const before = await getStatus();
  await call('POST', '/api/control/restart-program', { body: {} });
  const fromMs = performance.now();
  let wasAway = false;
  while (performance.now() - fromMs < PATIENCE_MS) {
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    const status = await getStatus().catch(() => undefined);
    if (status === undefined) wasAway = true;
    // It counts from its start: the one that is about to go is not taken for the new one.
    else if (wasAway || status.uptime_seconds < before.uptime_seconds) {
      await refreshStation();
      return true;
    }
  }
  return false;
}
