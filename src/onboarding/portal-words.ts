/** What the page of the access point says. */
export interface PortalWords {
  readonly title: string;
  readonly intro: string;
  readonly choose: string;
  readonly none: string;
  readonly again: string;
  readonly open: string;
  readonly other: string;
  readonly otherName: string;
  readonly password: string;
  readonly country: string;
  readonly owner: string;
  readonly ownerForgotten: string;
  readonly join: string;
  readonly joining: (ssid: string) => string;
  readonly next: (ssid: string) => string;
  readonly back: (own: string) => string;
  readonly problems: Readonly<Record<PortalProblem, (ssid: string) => string>>;
  readonly strength: readonly [string, string, string];
}

/**
 * refused: it did not let us in, most often for a wrong password; gone: it was not to be found; no-address: it let us in
 * and gave no address; password: what was typed can be none; name: what was typed is no network's name.
 */
export type PortalProblem = 'refused' | 'gone' | 'no-address' | 'password' | 'name' | OwnerProblem;

/**
 * not-owner: the station's own password was wrong; too-many: it is not looked at for a while, after so many wrong ones;
 * unreadable: there may be one, and nobody can check it.
 */
export type OwnerProblem = 'not-owner' | 'too-many' | 'unreadable';

export type PortalLanguage = 'en' | 'de' | 'fr';

export const WORDS: Readonly<Record<PortalLanguage, PortalWords>> = {
  en: {
    title: 'Pipit: choose your Wi-Fi',
    intro: 'Pipit needs a network, so that everybody at home can listen. Choose yours.',
    choose: 'Networks in reach',
    none: 'No network is in reach.',
    again: 'Look again',
    open: 'without a password',
    other: 'Another network, which hides its name',
    otherName: 'Name of the other network',
    password: 'Password of the network',
    country: 'Country',
    owner: 'Password of this Pipit',
    ownerForgotten:
      'The one of its own page. Forgotten? Put an empty file named reset-password on its card, with any PC, and start it again.',
    join: 'Join',
    joining: (ssid) => `Pipit joins “${ssid}” now.`,
    next: (ssid) => `This Wi-Fi goes away. Take your phone back to “${ssid}” and open the page, after half a minute:`,
    back: (own) => `Is it not there? If the Wi-Fi “${own}” is to be seen again, join it: this page then says why.`,
    problems: {
      refused: (ssid) => `“${ssid}” did not let Pipit in. The password may be wrong: type it again, letter for letter.`,
      gone: (ssid) => `“${ssid}” was not to be found. It may be too far away, or use 5 GHz only.`,
      'no-address': (ssid) => `“${ssid}” let Pipit in, but gave it no address. Start the router again.`,
      password: () => 'A Wi-Fi password has 8 to 63 letters, digits and signs without accents.',
      name: () => 'Choose a network, or type the name of one.',
      'not-owner': () => 'The password of this Pipit is another one: that of its own page is meant.',
      'too-many': () => 'There were too many wrong passwords. Wait a minute, then try again.',
      unreadable: () =>
        'This Pipit can not read its own password. Put an empty file named reset-password on its card, or name the network there in pipit.txt.',
    },
    strength: ['weak', 'good', 'strong'],
  },
  de: {
    title: 'Pipit: WLAN wählen',
    intro: 'Pipit braucht ein Netz, damit alle zu Hause mithören können. Welches ist deins?',
    choose: 'Netze in Reichweite',
    none: 'Kein Netz ist in Reichweite.',
    again: 'Noch einmal suchen',
    open: 'ohne Passwort',
    other: 'Ein anderes Netz, das seinen Namen nicht zeigt',
    otherName: 'Name des anderen Netzes',
    password: 'Passwort des Netzes',
    country: 'Land',
    owner: 'Passwort dieses Pipit',
    ownerForgotten:
      'Das seiner eigenen Seite. Vergessen? Lege mit einem PC eine leere Datei namens reset-password auf seine Karte und starte es neu.',
    join: 'Verbinden',
    joining: (ssid) => `Pipit verbindet sich jetzt mit „${ssid}“.`,
    next: (ssid) =>
      `Dieses WLAN verschwindet. Geh mit dem Telefon zurück zu „${ssid}“ und öffne nach einer halben Minute die Seite:`,
    back: (own) =>
      `Sie ist nicht da? Wenn das WLAN „${own}“ wieder zu sehen ist, verbinde dich damit: Diese Seite sagt dann, warum.`,
    problems: {
      refused: (ssid) =>
        `„${ssid}“ hat Pipit nicht hereingelassen. Vielleicht stimmt das Passwort nicht: Gib es noch einmal ein, Zeichen für Zeichen.`,
      gone: (ssid) => `„${ssid}“ war nicht zu finden. Vielleicht ist es zu weit weg oder sendet nur auf 5 GHz.`,
      'no-address': (ssid) =>
        `„${ssid}“ hat Pipit hereingelassen, ihm aber keine Adresse gegeben. Starte den Router neu.`,
      password: () => 'Ein WLAN-Passwort hat 8 bis 63 Buchstaben, Ziffern und Zeichen ohne Umlaute.',
      name: () => 'Wähle ein Netz, oder gib den Namen von einem ein.',
      'not-owner': () => 'Das Passwort dieses Pipit ist ein anderes: Gemeint ist das seiner eigenen Seite.',
      'too-many': () => 'Es waren zu viele falsche Passwörter. Warte eine Minute und versuche es dann noch einmal.',
      unreadable: () =>
        'Dieses Pipit kann sein eigenes Passwort nicht lesen. Lege eine leere Datei namens reset-password auf seine Karte, oder nenne das Netz dort in pipit.txt.',
    },
    strength: ['schwach', 'gut', 'stark'],
  },
  fr: {
    title: 'Pipit : choisir le Wi-Fi',
    intro: 'Pipit a besoin d’un réseau pour que toute la maison puisse écouter. Lequel est le vôtre ?',
    choose: 'Réseaux à portée',
    none: 'Aucun réseau n’est à portée.',
    again: 'Chercher encore',
    open: 'sans mot de passe',
    other: 'Un autre réseau, qui cache son nom',
    otherName: 'Nom de l’autre réseau',
    password: 'Mot de passe du réseau',
    country: 'Pays',
    owner: 'Mot de passe de ce Pipit',
    ownerForgotten:
      'Celui de sa propre page. Oublié ? Mettez un fichier vide nommé reset-password sur sa carte, avec un PC, et redémarrez-le.',
    join: 'Connecter',
    joining: (ssid) => `Pipit se connecte maintenant à « ${ssid} ».`,
    next: (ssid) =>
      `Ce Wi-Fi disparaît. Revenez avec le téléphone sur « ${ssid} » et ouvrez la page après une demi-minute :`,
    back: (own) =>
      `Elle n’est pas là ? Si le Wi-Fi « ${own} » réapparaît, connectez-vous-y : cette page dira alors pourquoi.`,
    problems: {
      refused: (ssid) =>
        `« ${ssid} » n’a pas laissé entrer Pipit. Le mot de passe est peut-être faux : tapez-le encore, lettre par lettre.`,
      gone: (ssid) => `« ${ssid} » est resté introuvable. Il est peut-être trop loin, ou n’émet qu’en 5 GHz.`,
      'no-address': (ssid) => `« ${ssid} » a laissé entrer Pipit sans lui donner d’adresse. Redémarrez la box.`,
      password: () => 'Un mot de passe Wi-Fi a de 8 à 63 lettres, chiffres et signes sans accents.',
      name: () => 'Choisissez un réseau, ou tapez le nom d’un réseau.',
      'not-owner': () => 'Le mot de passe de ce Pipit est un autre : c’est celui de sa propre page.',
      'too-many': () => 'Il y a eu trop de mots de passe faux. Attendez une minute, puis réessayez.',
      unreadable: () =>
        'Ce Pipit ne peut pas lire son propre mot de passe. Mettez un fichier vide nommé reset-password sur sa carte, ou indiquez-y le réseau dans pipit.txt.',
    },
    strength: ['faible', 'bon', 'fort'],
  },
};

/** The language that somebody reads best, and the country that the browser is set up for. */
export interface Reader {
  readonly language: PortalLanguage;
  /** Upper case; empty: unknown. */
  readonly country: string;
}

const HOME: Readonly<Record<PortalLanguage, string>> = { en: '', de: 'DE', fr: 'FR' };

/** @param header `Accept-Language` (RFC 9110, 12.5.4) */
export function readerOf(header: string | undefined): Reader {
  const wishes = (header ?? '')
    .slice(0, 200)
    .split(',')
    .map((part) => {
      const [, language = '', region = '', weight = '1'] =
        /^\s*([a-z]{2,3})(?:-[A-Za-z]{4})?(?:-([A-Za-z]{2}))?\b[^;]*(?:;\s*q=([\d.]+))?/i.exec(part) ?? [];
      return { language: language.toLowerCase(), region: region.toUpperCase(), weight: Number(weight) || 0 };
    })
    .filter(({ language, weight }) => language !== '' && weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  const language = wishes.map((wish) => wish.language).find((each) => each in WORDS) as PortalLanguage | undefined;
  const country = wishes.find(({ region }) => region !== '')?.region;
  return { language: language ?? 'en', country: country ?? (language === undefined ? '' : HOME[language]) };
}
