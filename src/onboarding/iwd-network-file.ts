import { isWifiKey } from '../hardware/wifi.ts';

/**
 * Stands for a password of which only the key is known, as Raspberry Pi Imager gives it. A network that speaks WPA3 beside
 * WPA2 iwd tries to join only with a password (network_load_psk in its src/network.c), though the key is all that WPA2
 * takes. Where a file has this one, first-boot has iwd leave WPA3 alone.
 */
const KEY_ONLY = 'only the key is known';

/** A network as iwd is to know it. */
export interface KnownNetwork {
  readonly ssid: string;
  /** Empty: it is open; 64 hexadecimal digits: the key that is made of the password. */
  readonly password: string;
  readonly isHidden: boolean;
}

export interface NetworkFile {
  readonly name: string;
  readonly content: string;
}

/**
 * What iwd knows a network by, as a file of its state directory (iwd.network(5), NAMING and FILE FORMAT; load and save
 * of settings in ell/settings.c).
 */
export function iwdNetworkFile({ ssid, password, isHidden }: KnownNetwork): NetworkFile {
  const security = password === '' ? 'open' : 'psk';
  const secret = isWifiKey(password)
    ? [`PreSharedKey=${password.toLowerCase()}`, `Passphrase=${KEY_ONLY}`]
    : [`Passphrase=${escaped(password)}`];
  const lines = [
    ...(password === '' ? [] : ['[Security]', ...secret]),
    ...(isHidden ? ['[Settings]', 'Hidden=true'] : []),
  ];
  return { name: `${encoded(ssid)}.${security}`, content: lines.map((line) => `${line}\n`).join('') };
}

/** The name itself where it is plain, else = and its bytes in hexadecimal. */
function encoded(ssid: string): string {
  return /^[A-Za-z0-9 _-]+$/.test(ssid) ? ssid : `=${Buffer.from(ssid).toString('hex')}`;
}

/** A backslash always, a space where it comes first: those before a value are skipped. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replace(/^ /, '\\s');
}
