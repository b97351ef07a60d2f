/** How the broker of the house is reached, and what it is told. */
export interface MqttSettings {
  /** `mqtt://` or `mqtts://`; secret, for it may hold a password. Empty: there is no broker. */
  readonly url: string;
  /** Empty: none, or the one of the URL. */
  readonly username: string;
  /** Secret. */
  readonly password: string;
  readonly version: '5' | '3.1.1';
  /** Empty: one made from the board. */
  readonly clientId: string;
  /** Before all topics, without a slash at its end. */
  readonly topicPrefix: string;
  readonly discovery: boolean;
  readonly discoveryPrefix: string;
  /** Take commands. */
  readonly commands: boolean;
  readonly intervalMs: number;
  /** 0: no pictures. */
  readonly cameraIntervalMs: number;
  /** PEM file, absolute; empty: the public authorities. */
  readonly caFile: string;
  readonly verifyCertificate: boolean;
  readonly keepaliveSeconds: number;
}
