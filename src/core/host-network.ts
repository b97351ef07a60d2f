/** How the appliance itself is connected: the interface of its default route. */
export interface HostNetwork {
  readonly type: 'ethernet' | 'wifi' | 'other' | 'none';
  /** `eth0`, `wlan0`; empty when there is none. */
  readonly interface: string;
  /** What the link is rated for, Mbit/s, not what it carries. */
  readonly ratedMbps: number | undefined;
  /** Of Wi-Fi, dBm: -50 is excellent, -70 fair, -80 hardly usable. */
  readonly signalDbm: number | undefined;
}
