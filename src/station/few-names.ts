/** More say no more to whoever reads them. */
const MOST = 5;

/** Names for a line of the log or an event: the first five, and how many more there are. */
export function fewNames(names: readonly string[]): string {
  const first = names.slice(0, MOST).join(', ');
  return names.length > MOST ? `${first} and ${names.length - MOST} more` : first;
}
