/** Shorter ones stand in ordinary words, too: hiding those would hide everything and tell what they are. */
const SHORTEST = 4;

/**
 * A text without these secrets, without what URLs carry besides place and path, and without the last part of addresses
 * of others. For texts that leave the house; what is secret should not stand in them in the first place.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const written = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)])
    // The longer one first: what is left of it would be half of it.
    .toSorted((a, b) => b.length - a.length);
  let clean = text;
  for (const secret of new Set(written)) clean = clean.replaceAll(secret, '***');
  return clean
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s"'/@]*@/gi, '$1***@')
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s"'?]*\?)[^\s"']*/gi, '$1***')
    .replace(/\b(?!127\.|0\.0\.0\.0\b)(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}\b/g, '$1.x')
    .replace(/(?<![\w:])([0-9a-f]{1,4}:[0-9a-f]{0,4}):(?:[0-9a-f]{0,4}:){1,5}[0-9a-f]{0,4}(?![\w:])/gi, '$1:…');
}
