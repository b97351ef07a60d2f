/** A link in a word. */
export type NetworkStatus = 'excellent' | 'good' | 'fair' | 'poor';

/**
 * The word for what a link carries. Fixed, other than the thresholds of the levels: people compare it between stations.
 * @param speedMbps Mbit/s
 */
export function networkStatus(speedMbps: number): NetworkStatus {
  if (speedMbps >= 5) return 'excellent';
  if (speedMbps >= 2) return 'good';
  return speedMbps >= 1 ? 'fair' : 'poor';
}
