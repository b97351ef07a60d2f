import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { dhcpAnswer, dhcpQuestion } from './dhcp-message.ts';

/*
 * Asks for an address as a phone does (RFC 2131), for the MAC address that it is given, and prints it: `10.42.0.17/24`. A
 * process of its own, in a network namespace that has one interface without an address and a route to all by it.
 */
const [SERVER_PORT, CLIENT_PORT] = [67, 68];
const EVERYBODY = '255.255.255.255';
const AGAIN_MS = 2_000;
const LIMIT_MS = 20_000;

const mac = Buffer.from((process.argv[2] ?? '').replaceAll(':', ''), 'hex');
const transaction = randomInt(2 ** 32);
const socket = createSocket('udp4');
let question = dhcpQuestion(mac, transaction);
const ask = (): void => socket.send(question, SERVER_PORT, EVERYBODY);

socket.on('message', (message) => {
  const answer = dhcpAnswer(message, transaction);
  if (answer?.kind === 'ack') process.stdout.write(`${answer.address}/${answer.prefixBits}`, () => process.exit(0));
  if (answer?.kind !== 'offer') return;
  question = dhcpQuestion(mac, transaction, answer);
  ask();
});
socket.bind(CLIENT_PORT, () => {
  socket.setBroadcast(true);
  ask();
  setInterval(ask, AGAIN_MS);
  setTimeout(() => process.exit(1), LIMIT_MS);
});
