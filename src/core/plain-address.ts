/** An IPv4 address that came in on a dual-stack socket, as IPv4; empty when there is none any more. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
}
