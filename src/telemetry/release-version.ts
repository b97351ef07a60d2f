/** `1.2.3`, `v1.2.3`, `1.2.3-rc.1+build`: https://semver.org/spec/v2.0.0.html, with the v that tags have. */
const VERSION = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]{1,64}))?(?:\+[0-9A-Za-z.-]{1,64})?$/;

/** True for what can be compared. */
export function isVersion(text: string): boolean {
  return VERSION.test(text);
}

/** Below 0 when `a` comes before `b`, above 0 when after it, by the rules of semantic versions; 0 for what is none. */
export function compareVersions(a: string, b: string): number {
  const [one, two] = [VERSION.exec(a), VERSION.exec(b)];
  if (one === null || two === null) return 0;
  for (const index of [1, 2, 3]) {
    const difference = Number(one[index]) - Number(two[index]);
    if (difference !== 0) return difference;
  }
  const [early, other] = [one[4], two[4]];
  // What comes before a release is older than it.
  if (early === undefined || other === undefined) return Number(early === undefined) - Number(other === undefined);
  return compareParts(early.split('.'), other.split('.'));
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (part === other) continue;
    const areNumbers = [/^\d+$/.test(part), /^\d+$/.test(other)];
    if (areNumbers[0] && areNumbers[1]) return Number(part) - Number(other);
    if (areNumbers[0] !== areNumbers[1]) return areNumbers[0] ? -1 : 1;
    return part < other ? -1 : 1;
  }
  return a.length - b.length;
}
