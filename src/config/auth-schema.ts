import { type BlockKeys, choice, integer, list, secret } from './key.ts';
import { isNetwork } from './network.ts';

/** Keys of auth. */
export const AUTH_KEYS = {
  password: secret({
    doc: 'What changes take. Empty: the password that was set on the page, and until then only its first visit.',
    fallback: '',
    live: true,
  }),
  listeners: choice(['open', 'token', 'password'], {
    doc: 'Who may listen and watch: anybody on the network, who has a link with a token, or who knows the password.',
    fallback: 'open',
    live: true,
  }),
  session_days: integer({
    doc: 'So long a browser stays signed in that nobody uses.',
    fallback: 30,
    range: [1, 365],
    unit: 'd',
    live: true,
  }),
  allowed_hosts: list({
    doc: 'More names under which browsers may open this station. Addresses, single words and .local names always may.',
    fallback: [],
    expected: 'a list of host names such as "radio.example.org"',
    item: (written) => /^(?!-)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*$/.test(written),
    live: true,
  }),
  trusted_proxies: list({
    doc: 'Networks of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed.',
    fallback: [],
    expected: 'a list of networks such as "192.168.1.2" or "172.17.0.0/16"',
    item: isNetwork,
    live: true,
  }),
} satisfies BlockKeys;
