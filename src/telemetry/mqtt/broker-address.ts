import { ConfigError } from '../../core/errors.ts';
import type { MqttSettings } from '../../core/mqtt-settings.ts';

/** Where a broker is and who we are there. */
export interface BrokerAddress {
  /** Name or address, an IPv6 one without brackets. */
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  /** Undefined: nobody in particular. */
  readonly username: string | undefined;
  /** Secret. */
  readonly password: string | undefined;
}

/**
 * What `mqtt.url` and the keys beside it say; the keys win over what stands in the URL.
 * @throws ConfigError `mqtt.url` without the URL in it, which may hold a password
 */
export function brokerAddressOf(settings: Pick<MqttSettings, 'url' | 'username' | 'password'>): BrokerAddress {
  const url = URL.canParse(settings.url) ? new URL(settings.url) : undefined;
  const isSecure = url?.protocol === 'mqtts:';
  if (url === undefined || url.hostname === '' || (!isSecure && url.protocol !== 'mqtt:')) {
    throw new ConfigError('mqtt.url', 'mqtt.url is no address of a broker', {
      remedy:
        'Write mqtt:// or mqtts://, the name or address of the broker, and its port where it is not the usual one.',
    });
  }
  const username = settings.username || decoded(url.username);
  const password = settings.password || decoded(url.password);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? (isSecure ? 8883 : 1883) : Number(url.port),
    isSecure,
    username: username === '' ? undefined : username,
    password: password === '' ? undefined : password,
  };
}

/** `127.0.0.1:1883`; no secret is in it. */
export function nameOfBroker({ host, port }: Pick<BrokerAddress, 'host' | 'port'>): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
