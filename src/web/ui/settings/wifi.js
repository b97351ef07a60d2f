import { Store } from '../store.js';
import { getWifi } from './calls.js';

/** The answer of GET /api/wifi; undefined while it is not known. */
export const wifi = new Store(undefined);
/** The system lets Pipit look after it. */
export const isWifiThere = new Store(false);

/** Asks now. @throws nothing: who cannot be asked has none */
export async function lookForWifi() {
  try {
    const answer = await getWifi();
    wifi.set(answer);
    isWifiThere.set(answer.available);
  } catch {
    isWifiThere.set(false);
  }
}
