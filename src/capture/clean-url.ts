/** `user:password@` and what follows a question mark, where keys are carried, in any URL within a text. */
const USERINFO = /(:\/\/)[^/?#\s]*@/g;
const QUERY = /(:\/\/[^\s?#"']*)[?#][^\s"']*/g;

/** The text with the secrets taken out of the URLs in it: fit for status, log and errors. */
export function withoutUrlSecrets(text: string): string {
  return text.replace(USERINFO, '$1').replace(QUERY, '$1');
}
