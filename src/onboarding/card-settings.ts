/** A Wi-Fi network to join. */
export interface WifiWish {
  readonly ssid: string;
  /**
   * Empty: an open network; 64 hexadecimal digits: a key that was made of the password; else the password. Undefined: the
   * one that was taken over before.
   */
  readonly password: string | undefined;
  /** It does not tell its name, so it must be asked for by it. */
  readonly isHidden: boolean;
}

/** What the owner of a card may say before the first start. Everything can be missing. */
export interface CardSettings {
  readonly wifi?: WifiWish;
  /** ISO 3166-1 alpha-2, upper case. */
  readonly country?: string;
  readonly hostname?: string;
  readonly stationName?: string;
  /** A name of the tz database: `Europe/Berlin`. */
  readonly timeZone?: string;
  /** Public keys, one line of authorized_keys each. Without any there is no SSH. */
  readonly sshKeys?: readonly string[];
  /** By what name one comes by SSH besides `root`. */
  readonly user?: string;
  /** What is on the header, by the names of `hats.ts`; empty: nothing. Undefined: as it was. */
  readonly hat?: string;
}

/** Something that was not taken, for the person who wrote it. Never holds a secret. */
export interface Trouble {
  /** `pipit.txt` */
  readonly file: string;
  /** From 1; undefined where lines mean nothing. */
  readonly line?: number;
  /** What is wrong and what to do, as sentences. */
  readonly text: string;
}

/** What was read: all that is good, and what is not. */
export interface ReadSettings {
  readonly settings: CardSettings;
  readonly troubles: readonly Trouble[];
  /** What is good to know and nobody's mistake: for the log. */
  readonly notes: readonly string[];
}

/** `pipit.txt, line 3: …` */
export function formatTrouble({ file, line, text }: Trouble): string {
  return line === undefined ? `${file}: ${text}` : `${file}, line ${line}: ${text}`;
}
