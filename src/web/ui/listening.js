/** Says that the page plays, where the player itself is not in sight, and stops it. */
export function Listening() {
  return null;
}
