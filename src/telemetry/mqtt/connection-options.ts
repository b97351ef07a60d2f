import { readFile } from 'node:fs/promises';
import { ConfigError } from '../../core/errors.ts';
import type { MqttSettings } from '../../core/mqtt-settings.ts';
import { brokerAddressOf } from './broker-address.ts';
import type { BrokerConnectionOptions } from './connection.ts';

/**
 * What to connect with, by the settings.
 * @throws ConfigError `mqtt.url`, `mqtt.ca-file`
 */
export async function connectionOptionsOf(
  settings: MqttSettings,
  clientId: string,
  will: BrokerConnectionOptions['will'],
): Promise<BrokerConnectionOptions> {
  const address = brokerAddressOf(settings);
  const { version, keepaliveSeconds, verifyCertificate, caFile } = settings;
  const ca = caFile === '' || !address.isSecure ? undefined : await certificateIn(caFile);
  return { address, version, keepaliveSeconds, verifyCertificate, ca, clientId, will };
}

async function certificateIn(file: string): Promise<string> {
  try {
    const pem = await readFile(file, 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
  } catch (cause) {
    throw new ConfigError('mqtt.ca-file', `mqtt.ca_file cannot be read: ${(cause as NodeJS.ErrnoException).code}`, {
      remedy: 'See that the file is there and that Pipit may read it.',
      cause,
    });
  }
  throw new ConfigError('mqtt.ca-file', 'mqtt.ca_file holds no certificate', {
    remedy: 'It has to be a PEM file, with a line -----BEGIN CERTIFICATE-----.',
  });
}
