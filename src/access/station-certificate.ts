import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { Clock, Timer } from '../core/clock.ts';
import { NetworkError, PipitError, reportOf, sentencesOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { writePrivateFile } from './private-file.ts';
import { type SelfSigned, selfSignedCertificate } from './self-signed-certificate.ts';

/** Where the certificate comes from. */
export interface CertificateSettings {
  readonly tls: 'off' | 'self-made' | 'files';
  /** PEM files; they count where `tls` is `files`. */
  readonly tlsCertificate: string;
  readonly tlsKey: string;
}

export interface StationCertificateDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly wallTime: () => Date;
  /** Host names and addresses that a self-made one is to be good for, the station's own name first. */
  readonly names: () => readonly string[];
  /** Takes it into use, each time that there is another. @throws PipitError when it can't be used */
  readonly show: (pair: SelfSigned) => Promise<void>;
}

const LOOK_MS = 60_000;
const DAY_MS = 86_400_000;
/** Phones refuse what lasts for more than 825 days. */
const LIFE_DAYS = 820;
const RENEW_DAYS = 30;
const TOLD_DAYS = 14;

/**
 * The certificate of https: one that Pipit makes, keeps and renews, or files that somebody else does. Files are looked
 * at every minute, since what renews them does not tell. What is wrong is told in the log, and http goes on.
 */
export class StationCertificate implements AsyncDisposable {
  readonly #deps: StationCertificateDeps;
  readonly #file: string;
  readonly #settings: () => CertificateSettings;
  #shown = '';
  #complaint = '';
  #isOld = false;
  #timer: Timer | undefined;
  #looking: Promise<void> = Promise.resolve();
  #isStopped = false;

  /** @param file where a self-made one is kept, key and certificate in one, so that they always belong together */
  constructor(deps: StationCertificateDeps, file: string, settings: () => CertificateSettings) {
    this.#deps = deps;
    this.#file = file;
    this.#settings = settings;
  }

  /** Looks for it, and again every minute. Resolves when it has been looked for once. */
  async start(): Promise<void> {
    if (this.#settings().tls === 'off' || this.#isStopped) return;
    await this.look();
    this.#timer = this.#deps.clock.after(LOOK_MS, () => void this.start());
  }

  /** Looks whether there is another one. Never fails. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { tls } = this.#settings();
    if (tls === 'off' || this.#isStopped) return;
    try {
      const pair = tls === 'files' ? await this.#given() : await this.#ownMade();
      const text = `${pair.certificate}\0${pair.key}`;
      this.#tellAge(pair);
      if (text === this.#shown) return;
      await this.#deps.show(pair);
      this.#shown = text;
      this.#complaint = '';
    } catch (error) {
      const complaint = error instanceof PipitError ? sentencesOf(error) : reportOf(error, 'tls.failed').message;
      if (complaint !== this.#complaint) this.#deps.log.error(`https: ${complaint}`);
      this.#complaint = complaint;
    }
  }

  async #given(): Promise<SelfSigned> {
    const { tlsCertificate, tlsKey } = this.#settings();
    const pair = { certificate: await read(tlsCertificate, 'certificate'), key: await read(tlsKey, 'key') };
    certificateIn(pair.certificate, tlsCertificate);
    return pair;
  }

  async #ownMade(): Promise<SelfSigned> {
    const kept = await this.#kept();
    if (kept !== undefined) return kept;
    const { names, wallTime, log } = this.#deps;
    const now = wallTime().getTime();
    const all = names();
    const made = selfSignedCertificate({
      commonName: all[0] ?? 'Pipit',
      names: all,
      // A clock may be behind ours.
      from: new Date(now - DAY_MS),
      until: new Date(now + LIFE_DAYS * DAY_MS),
    });
    try {
      await writePrivateFile(this.#file, `${made.key}${made.certificate}`);
    } catch (cause) {
      const why = (cause as Error).message;
      log.warning(`https: the certificate can't be kept, browsers will ask again after a restart: ${why}`);
    }
    log.notice(`https: made a certificate for ${all.slice(0, 6).join(', ')}${all.length > 6 ? ', …' : ''}`);
    return made;
  }

  /** The one that was made before, where it is still good for what it is needed for. */
  async #kept(): Promise<SelfSigned | undefined> {
    try {
      const text = this.#shown === '' ? await readFile(this.#file, 'utf8') : this.#shown;
      const [, key = ''] = /(-----BEGIN PRIVATE KEY-----[^-]+-----END PRIVATE KEY-----\n)/.exec(text) ?? [];
      const [, certificate = ''] = /(-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n)/.exec(text) ?? [];
      const read = new X509Certificate(certificate);
      const nowMs = this.#deps.wallTime().getTime();
      const lastsMs = new Date(read.validTo).getTime() - nowMs;
      // Made by a clock that was ahead: browsers would refuse it for as long.
      const hasBegun = new Date(read.validFrom).getTime() <= nowMs;
      const isMine = read.checkPrivateKey(createPrivateKey(key));
      // Asked once: who has the page open must not meet another certificate because an address has come.
      const fits = this.#shown !== '' || this.#deps.names().every((name) => isFor(read, name));
      return isMine && fits && hasBegun && lastsMs > RENEW_DAYS * DAY_MS ? { certificate, key } : undefined;
    } catch {
      return undefined;
    }
  }

  #tellAge({ certificate }: SelfSigned): void {
    const until = new Date(new X509Certificate(certificate).validTo);
    const isOld = until.getTime() - this.#deps.wallTime().getTime() < TOLD_DAYS * DAY_MS;
    if (isOld && !this.#isOld) {
      this.#deps.log.warning(`https: the certificate is good until ${until.toISOString().slice(0, 10)} only: renew it`);
    }
    this.#isOld = isOld;
  }
}

function isFor(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
}

async function read(file: string, what: 'certificate' | 'key'): Promise<string> {
  const name = `server.tls_${what}`;
  if (file === '') {
    throw new NetworkError('tls.no-file', `${name} is missing`, {
      remedy: 'Where server.tls is "files" it names a PEM file; "self-made" needs none.',
    });
  }
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new NetworkError('tls.no-file', `${file} can't be read: ${(cause as Error).message}`, {
      remedy: `See whether ${name} is right, and whether Pipit's user may read the file.`,
      cause,
    });
  }
}

function certificateIn(text: string, file: string): void {
  try {
    new X509Certificate(text);
  } catch (cause) {
    throw new NetworkError('tls.certificate', `There is no certificate in ${file}: ${(cause as Error).message}`, {
      remedy: 'It must be PEM: "-----BEGIN CERTIFICATE-----" and so on.',
      cause,
    });
  }
}
