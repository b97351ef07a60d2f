import { parseDocument } from 'yaml';
import type { CardSettings, ReadSettings, Trouble, WifiWish } from './card-settings.ts';
import { cardText } from './card-text.ts';
import * as check from './setting-checks.ts';

/**
 * What Raspberry Pi Imager writes to the card for `init_format` "cloudinit" (its src/customization_generator.cpp, and
 * OptionsPopup.qml of versions 1.x): a small part of cloud-init's own format
 * (https://cloudinit.readthedocs.io/en/latest/reference/yaml_examples/) and of netplan's
 * (https://netplan.readthedocs.io/en/stable/netplan-yaml/). Nothing in it is run.
 */
export const IMAGER_FILES = ['user-data', 'network-config', 'meta-data', 'cmdline.txt', 'firstrun.sh'] as const;

export type ImagerFile = (typeof IMAGER_FILES)[number];

/** The contents of those that are there. */
export type ImagerContents = Readonly<Partial<Record<ImagerFile, Uint8Array>>>;

type Mapping = Readonly<Record<string, unknown>>;
type Tell = (file: string, text: string) => void;

/** Aliases that unfold to more are no customisation. */
const MAX_ALIASES = 10;

/** Reads what there is. What is wrong or not taken is told, and all the rest counts. */
export function readImagerFiles(contents: ImagerContents): ReadSettings {
  const troubles: Trouble[] = [];
  const notes: string[] = [];
  const tell: Tell = (file, text) => void troubles.push({ file, text });
  const user = mapping('user-data', contents['user-data'], tell);
  const network = mapping('network-config', contents['network-config'], tell);
  const settings = {
    ...networkSettings(network, tell),
    ...userSettings(user, tell, (note) => void notes.push(note)),
  };
  const country = settings.country ?? countryElsewhere(user, contents['cmdline.txt']);
  if (contents['firstrun.sh'] !== undefined) {
    tell(
      'firstrun.sh',
      'Raspberry Pi Imager wrote its customisation for another system, and nothing of it was taken: open the file pipit….rpi-imager-manifest with Imager instead of the image, or use pipit.txt.',
    );
  }
  return { settings: { ...settings, ...(country !== undefined && { country }) }, troubles, notes };
}

/** What stands in a file of Imager's once it was read: it may have held a key, a password or a token. */
export const IMAGER_NOTE =
  '# What Raspberry Pi Imager wrote here was taken over by Pipit at its first start, and removed.\n# To change something, use pipit.txt.\n';

function mapping(file: ImagerFile, bytes: Uint8Array | undefined, tell: Tell): Mapping {
  if (bytes === undefined) return {};
  const { text } = cardText(bytes);
  const document = parseDocument(text, {
    schema: 'failsafe',
    uniqueKeys: false,
    logLevel: 'silent',
    prettyErrors: false,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    // The parser's own message may quote the line, and with it a password.
    tell(file, `Line ${line} is not YAML, so nothing of this file was taken. Write the card again, or use pipit.txt.`);
    return {};
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return isMapping(value) ? value : {};
  } catch {
    tell(file, 'It refers to itself too often, so nothing of it was taken.');
    return {};
  }
}

/** `network:` may stand above it, or not; `renderer:` may stand among the interfaces. */
function networkSettings(root: Mapping, tell: Tell): CardSettings {
  const network = isMapping(root['network']) ? root['network'] : root;
  const wifis = isMapping(network['wifis']) ? network['wifis'] : {};
  let wifi: WifiWish | undefined;
  let country: string | undefined;
  for (const radio of Object.values(wifis).filter(isMapping)) {
    const domain = textOf(radio['regulatory-domain'])?.toUpperCase();
    if (domain !== undefined && country === undefined) {
      country = checked('network-config', 'regulatory-domain', domain, check.checkCountry, tell);
    }
    const points = isMapping(radio['access-points']) ? radio['access-points'] : {};
    for (const [ssid, point] of Object.entries(points)) {
      const wish = wifiWish(ssid, isMapping(point) ? point : {}, tell);
      if (wish !== undefined && wifi !== undefined) {
        tell('network-config', 'Only the first of the networks was taken. Join others on the page.');
      }
      wifi ??= wish;
    }
  }
  return { ...(wifi && { wifi }), ...(country && { country }) };
}

function wifiWish(ssid: string, point: Mapping, tell: Tell): WifiWish | undefined {
  if (checked('network-config', 'access-points', ssid, check.checkSsid, tell) === undefined) return undefined;
  const auth = isMapping(point['auth']) ? point['auth'] : {};
  const management = textOf(auth['key-management']);
  if (management !== undefined && !['none', 'psk', 'sae'].includes(management)) {
    tell('network-config', `The network’s way of signing in (${management.slice(0, 20)}) is none that Pipit knows.`);
    return undefined;
  }
  const password = management === 'none' ? '' : (textOf(point['password']) ?? textOf(auth['password']) ?? '');
  if (password === '' && management !== undefined && management !== 'none') {
    tell('network-config', 'The network’s password is missing, so it is not joined.');
    return undefined;
  }
  if (password !== '' && checked('network-config', 'password', password, check.checkWifiPassword, tell) === undefined) {
    return undefined;
  }
  return { ssid, password, isHidden: textOf(point['hidden']) === 'true' };
}

function userSettings(root: Mapping, tell: Tell, note: (text: string) => void): CardSettings {
  const hostname = textOf(root['hostname'])
    ?.toLowerCase()
    .replace(/\.local\.?$/, '');
  const timeZone = textOf(root['timezone']);
  const users = [root['user'], ...(Array.isArray(root['users']) ? root['users'] : [])].filter(isMapping);
  const given = [root['ssh_authorized_keys'], ...users.map((user) => user['ssh_authorized_keys'])].flat();
  const sshKeys = given.flatMap((key) => {
    const line = textOf(key)?.trim();
    if (line === undefined || line === '') return [];
    return checked('user-data', 'ssh_authorized_keys', line, check.checkSshKey, tell) ?? [];
  });
  const name = textOf(users[0]?.['name']);
  const wantsPassword =
    textOf(root['ssh_pwauth']) === 'true' || users.some((user) => textOf(user['passwd']) !== undefined);
  if (wantsPassword) {
    note(
      sshKeys.length > 0
        ? 'the password for SSH was not taken: here only keys open it'
        : 'a password for SSH was given and no key: SSH stays off, since only keys open it here',
    );
  }
  if (isMapping(root['keyboard']) || root['locale'] !== undefined) {
    note('keyboard and locale have no meaning here: there is no screen; the page speaks the language of the browser');
  }
  const user =
    name === undefined || name === 'root' || sshKeys.length === 0
      ? undefined
      : checked('user-data', 'name', name, check.checkUser, tell);
  const own =
    hostname === undefined ? undefined : checked('user-data', 'hostname', hostname, check.checkHostname, tell);
  const zone =
    timeZone === undefined
      ? undefined
      : checked('user-data', 'timezone', timeZone, (value) => check.checkTimeZone(value), tell);
  return {
    ...(own && { hostname: own }),
    ...(zone && { timeZone: zone }),
    ...(sshKeys.length > 0 && { sshKeys }),
    ...(user && { user }),
  };
}

/** Imager 2 puts it on the kernel's command line too; Imager 1 into a command that was to be run (`REGDOMAIN=DE`). */
function countryElsewhere(user: Mapping, cmdline: Uint8Array | undefined): string | undefined {
  const kernel = /(?:^|\s)cfg80211\.ieee80211_regdom=([A-Za-z]{2})(?=\s|$)/.exec(
    cmdline === undefined ? '' : cardText(cmdline).text,
  )?.[1];
  const commands = Array.isArray(user['runcmd']) ? user['runcmd'].flat() : [];
  const run = commands.map((each) => /REGDOMAIN=([A-Za-z]{2})\//.exec(textOf(each) ?? '')?.[1]).find(Boolean);
  const code = (kernel ?? run)?.toUpperCase();
  return code !== undefined && check.checkCountry(code) === undefined ? code : undefined;
}

function checked(file: ImagerFile, key: string, value: string, test: check.Check, tell: Tell): string | undefined {
  const wrong = test(value);
  if (wrong === undefined) return value;
  tell(file, `${key} is not taken. ${wrong}`);
  return undefined;
}

/** The failsafe schema makes no numbers of passwords and no `false` of Norway: all that is not a collection is text. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
