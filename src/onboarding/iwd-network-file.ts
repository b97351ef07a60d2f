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
  const lines = [
    ...(password === ''
      ? []
      : ['[Security]', isKey(password) ? `PreSharedKey=${password.toLowerCase()}` : `Passphrase=${escaped(password)}`]),
    ...(isHidden ? ['[Settings]', 'Hidden=true'] : []),
  ];
  return { name: `${encoded(ssid)}.${security}`, content: lines.map((line) => `${line}\n`).join('') };
}

/** The name itself where it is plain, else = and its bytes in hexadecimal. */
function encoded(ssid: string): string {
  return /^[A-Za-z0-9 _-]+$/.test(ssid) ? ssid : `=${Buffer.from(ssid).toString('hex')}`;
}

function isKey(password: string): boolean {
  return /^[0-9a-fA-F]{64}$/.test(password);
}

/** A backslash always, a space where it comes first: those before a value are skipped. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replace(/^ /, '\\s');
}
