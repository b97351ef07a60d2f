// Why Quick Sync decides as it does. The server says it in English; its codes are said here in the other languages.

import { fill, language } from '../language.js';

/** Of ../../quality/decision-reason.ts and ../../quality/listening-sentences.ts, by their codes. */
export const REASONS = {
  de: {
    link: 'Deine Verbindung schafft {mbps}.',
    'below-lowest':
      'Deine Verbindung schafft {mbps}, weniger als die niedrigste Stufe braucht. Opus kommt mit 32 kbit/s in Mono aus.',
    mode: 'Dieses Gerät hat diese Stufe gewählt.',
    'beyond-link':
      'Deine Verbindung schafft {mbps}, die Stufe braucht {kbps} und etwas Reserve: Rechne mit Aussetzern.',
    'high-load': 'Pipit hat viel zu tun: eine Stufe weniger.',
    'prefer-quality': 'Pipit hat Luft, und dieses Gerät will lieber bessere Qualität: eine Stufe mehr.',
    'min-bitrate': 'Die Station gibt nicht weniger als {kbps} (min_bitrate).',
    'max-bitrate': 'Die Station gibt von sich aus nicht mehr als {kbps} (max_bitrate).',
    profile: 'Die Station gibt von sich aus nicht mehr als {kbps} (quality_profile).',
    box: 'Pipit spart: Wer ihm die Wahl überlässt, bekommt vorerst nicht mehr als {kbps}.',
    disabled: 'Quick Sync ist ausgeschaltet: Ein Stream behält die Bitrate, mit der er beginnt.',
    'heard-start': 'Damit hat es begonnen.',
    'heard-link': 'Für mehr reicht die Verbindung nicht.',
    'heard-buffer': 'Der Player hatte wenig Vorrat.',
    'heard-outage': 'Die Verbindung hat eine Weile nichts angenommen.',
    'heard-headroom': 'Die Verbindung hat gezeigt, dass sie das schafft.',
    'heard-trial': 'Nichts spricht dagegen: Es wird ausprobiert.',
    'heard-trial-failed': 'Mehr wurde ausprobiert und war zu viel für die Verbindung.',
    'heard-box': 'Pipit hat viel zu tun.',
    'heard-settings': 'Die Einstellungen erlauben nichts anderes.',
    'hold-dwell': 'Es hat sich eben erst geändert.',
    'hold-headroom': 'Die Verbindung hat noch nicht gezeigt, dass sie mehr schafft.',
    'hold-buffer': 'Der Player füllt noch seinen Vorrat.',
    'hold-latency': 'Antworten brauchen lange: Die Verbindung ist ausgelastet.',
    'hold-loss': 'Die Verbindung verliert zu viel.',
    'hold-receiver': 'Der Player nimmt nicht mehr auf einmal.',
    'hold-box': 'Pipit hat für mehr zu viel zu tun.',
    'hold-cap': 'Es hat sich fürs Erste oft genug geändert.',
    'hold-limit': 'Die Einstellungen erlauben nicht mehr.',
  },
  fr: {
    link: 'Votre connexion permet {mbps}.',
    'below-lowest':
      'Votre connexion permet {mbps}, moins que le niveau le plus bas. Opus se contente de 32 kbit/s en mono.',
    mode: 'Cet appareil a choisi ce niveau.',
    'beyond-link':
      'Votre connexion permet {mbps}, ce niveau demande {kbps} et un peu de réserve : attendez-vous à des coupures.',
    'high-load': 'Pipit a beaucoup à faire : un niveau de moins.',
    'prefer-quality': 'Pipit a de la marge et cet appareil préfère la qualité : un niveau de plus.',
    'min-bitrate': 'La station ne donne pas moins de {kbps} (min_bitrate).',
    'max-bitrate': 'La station ne donne pas d’elle-même plus de {kbps} (max_bitrate).',
    profile: 'La station ne donne pas d’elle-même plus de {kbps} (quality_profile).',
    box: 'Pipit se ménage : qui lui laisse le choix ne reçoit pas plus de {kbps} pour l’instant.',
    disabled: 'Quick Sync est désactivé : un flux garde le débit de son début.',
    'heard-start': 'C’est ainsi que l’écoute a commencé.',
    'heard-link': 'La connexion ne suffit pas pour plus.',
    'heard-buffer': 'Le lecteur avait peu d’avance.',
    'heard-outage': 'La connexion n’a rien accepté pendant un moment.',
    'heard-headroom': 'La connexion a montré qu’elle y suffit.',
    'heard-trial': 'Rien ne s’y oppose : c’est un essai.',
    'heard-trial-failed': 'Plus a été essayé et c’était trop pour la connexion.',
    'heard-box': 'Pipit a beaucoup à faire.',
    'heard-settings': 'Les réglages ne permettent rien d’autre.',
    'hold-dwell': 'Cela vient de changer.',
    'hold-headroom': 'La connexion n’a pas montré qu’elle permet plus.',
    'hold-buffer': 'Le lecteur remplit encore son tampon.',
    'hold-latency': 'Les réponses tardent : la connexion est occupée.',
    'hold-loss': 'La connexion perd trop de données.',
    'hold-receiver': 'Le lecteur n’en prend pas plus à la fois.',
    'hold-box': 'Pipit a trop à faire pour plus.',
    'hold-cap': 'Cela a assez changé pour l’instant.',
    'hold-limit': 'Les réglages ne permettent pas plus.',
  },
};

const FIGURES = { mbps: /[\d.]+ Mbit\/s/, kbps: /\d+ kbit\/s/ };

/** A reason of the details in the page's language; the server's own sentence where there is none for its code. */
export function reasonWords({ code, sentence }) {
  const known = REASONS[language]?.[code];
  if (known === undefined) return sentence;
  const figures = Object.entries(FIGURES).map(([name, pattern]) => [name, pattern.exec(sentence)?.[0]]);
  return fill(known, Object.fromEntries(figures));
}

/** Why it does not go up (`hold` of the listener); undefined where the server's sentence says it already. */
export function holdWords(hold) {
  return REASONS[language]?.[`hold-${hold}`];
}
