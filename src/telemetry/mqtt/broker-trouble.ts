import { NetworkError, PipitError } from '../../core/errors.ts';
import { NotMqtt } from './packet-gate.ts';

/** Why there is no connection to a broker, for people. */
interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

const UNREACHABLE = 'See that the broker is on, and that this machine is in its network.';

/** By the code of a socket's error. */
const OF_SOCKETS: Readonly<Record<string, Trouble>> = {
  ECONNREFUSED: {
    code: 'mqtt.nobody-there',
    message: 'nothing listens there',
    remedy: 'See that the broker runs, and that the port is right: 1883 without TLS and 8883 with it are usual.',
  },
  ENOTFOUND: { code: 'mqtt.no-such-name', message: 'nobody knows that name', remedy: 'Write its IP address instead.' },
  EAI_AGAIN: { code: 'mqtt.no-such-name', message: 'the name could not be looked up', remedy: UNREACHABLE },
  EHOSTUNREACH: { code: 'mqtt.no-route', message: 'no way leads there', remedy: UNREACHABLE },
  ENETUNREACH: { code: 'mqtt.no-route', message: 'no way leads there', remedy: UNREACHABLE },
  ENETDOWN: { code: 'mqtt.no-route', message: 'the network is down', remedy: UNREACHABLE },
  ETIMEDOUT: { code: 'mqtt.no-answer', message: 'it does not answer', remedy: UNREACHABLE },
  EPROTO: noTls(),
  ERR_SSL_WRONG_VERSION_NUMBER: noTls(),
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls(),
  DEPTH_ZERO_SELF_SIGNED_CERT: certificate('it signed its certificate itself'),
  SELF_SIGNED_CERT_IN_CHAIN: certificate('its certificate comes from an authority that is not known here'),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: certificate('its certificate comes from an authority that is not known here'),
  UNABLE_TO_GET_ISSUER_CERT: certificate('its certificate comes from an authority that is not known here'),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: certificate('its certificate comes from an authority that is not known here'),
  CERT_HAS_EXPIRED: certificate('its certificate has expired'),
  CERT_NOT_YET_VALID: certificate("its certificate is not valid yet, or this machine's clock is wrong"),
  ERR_TLS_CERT_ALTNAME_INVALID: certificate('its certificate is for another name'),
};

const CREDENTIALS: Trouble = {
  code: 'mqtt.credentials',
  message: 'the broker refuses this user or password',
  remedy: 'Check mqtt.username and mqtt.password, and what the broker allows that user.',
};
const BUSY: Trouble = {
  code: 'mqtt.busy',
  message: 'the broker has no place now',
  remedy: 'Pipit tries again by itself.',
};
const VERSION: Trouble = {
  code: 'mqtt.version',
  message: 'the broker does not speak this version of MQTT',
  remedy: 'Set mqtt.version to "3.1.1".',
};
const CLIENT_ID: Trouble = {
  code: 'mqtt.client-id',
  message: 'the broker does not like the client identifier',
  remedy: 'Set another mqtt.client_id: letters and digits, at most 23 of them for old brokers.',
};
const QUOTA: Trouble = {
  code: 'mqtt.quota',
  message: 'the broker says that we send too much',
  remedy: "See the broker's limits and its disk; a longer mqtt.camera_interval_s sends less.",
};

/** By the reason code of CONNACK and DISCONNECT: below 128 of MQTT 3.1.1, the others of MQTT 5. */
const OF_BROKERS: Readonly<Record<number, Trouble>> = {
  1: VERSION,
  2: CLIENT_ID,
  3: BUSY,
  4: CREDENTIALS,
  5: CREDENTIALS,
  132: VERSION,
  133: CLIENT_ID,
  134: CREDENTIALS,
  135: CREDENTIALS,
  136: BUSY,
  137: BUSY,
  138: { ...CREDENTIALS, message: 'the broker has banned this client' },
  139: { ...BUSY, message: 'the broker is being shut down' },
  141: { code: 'mqtt.no-answer', message: 'the broker has heard nothing of us for too long', remedy: UNREACHABLE },
  142: {
    code: 'mqtt.taken-over',
    message: 'another client came with the same identifier',
    remedy: 'Give each Pipit its own mqtt.client_id.',
  },
  149: { ...QUOTA, message: 'the broker finds a message too long' },
  150: QUOTA,
  151: QUOTA,
  154: {
    code: 'mqtt.no-retain',
    message: 'the broker keeps no messages',
    remedy: 'Switch retained messages on there.',
  },
  159: BUSY,
};

/** Codes after which trying again soon is of no use: somebody has to change something. */
const REFUSALS = new Set(['mqtt.credentials', 'mqtt.client-id', 'mqtt.version', 'mqtt.certificate', 'mqtt.ca-file']);

/** True for what does not go away by itself. */
export function isRefusal({ code }: { readonly code: string }): boolean {
  return REFUSALS.has(code);
}

/** What an error on the way to a broker means, as an error that says what to do. */
export function brokerTrouble(error: unknown): PipitError {
  if (error instanceof PipitError) return error;
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  if (error instanceof NotMqtt) {
    return troubleOf(
      {
        code: 'mqtt.not-mqtt',
        message: 'what answers there does not speak MQTT',
        remedy: 'Check the port; a broker that wants TLS needs mqtts:// and usually port 8883.',
      },
      error,
    );
  }
  // Node tries all addresses of a name: the last one's trouble stands for all.
  if (error instanceof AggregateError && error.errors.length > 0) return brokerTrouble(error.errors.at(-1));
  const known = typeof code === 'number' ? OF_BROKERS[code] : OF_SOCKETS[String(code)];
  if (known !== undefined) return troubleOf(known, error);
  if (cause !== undefined) return brokerTrouble(cause);
  const message = error instanceof Error ? error.message : String(error);
  if (/certificate|ssl|tls/i.test(`${String(code)} ${message}`)) return troubleOf(certificate(message), error);
  return troubleOf({ code: 'mqtt.failed', message, remedy: UNREACHABLE }, error);
}

/** It closed the connection and did not say why. */
export function closedWithoutAnswer(isSecure: boolean): NetworkError {
  return troubleOf({
    code: 'mqtt.closed',
    message: 'it closed the connection without an answer',
    remedy: isSecure
      ? 'Perhaps it does not speak this version of MQTT: set mqtt.version to "3.1.1".'
      : 'Perhaps it wants TLS (mqtts:// and usually port 8883), or does not speak this version of MQTT.',
  });
}

/** It had let us in, and then ended the connection. */
export function lostBroker(): NetworkError {
  return troubleOf({ code: 'mqtt.lost', message: 'it has ended the connection', remedy: BUSY.remedy });
}

/** It was connected to, or should have been, and there was no word from it in time. */
export function noAnswer(what: string): NetworkError {
  return troubleOf({ code: 'mqtt.no-answer', message: what, remedy: UNREACHABLE });
}

function troubleOf({ code, message, remedy }: Trouble, cause?: unknown): NetworkError {
  return new NetworkError(code, message, cause === undefined ? { remedy } : { remedy, cause });
}

function certificate(message: string): Trouble {
  const remedy = 'Set mqtt.ca_file to the certificate of who signed it, or mqtt.verify_certificate = false.';
  return { code: 'mqtt.certificate', message, remedy };
}

function noTls(): Trouble {
  return {
    code: 'mqtt.no-tls',
    message: 'it does not speak TLS at this port',
    remedy: 'Write mqtt:// instead of mqtts://, or the port where it does: usually 8883.',
  };
}
