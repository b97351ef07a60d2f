import { readFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';

/*
 * As floor.c, in Node: the least that a server written for it can do.
 *
 *   node bench/viewers/node-floor.ts PORT FPS FILE …
 */

const [port, fps, ...files] = process.argv.slice(2);
const pictures = files.map((file) => readFileSync(file));
const viewers = new Set<Socket>();
const tail = Buffer.from('\r\n--floor\r\n');
let number = 0;

createServer((socket) => {
  socket.on('error', () => {});
  socket.once('close', () => viewers.delete(socket));
  socket.resume();
  socket.write('HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=floor\r\n\r\n--floor\r\n');
  viewers.add(socket);
}).listen(Number(port), '127.0.0.1');

setInterval(() => {
  const picture = pictures[number % pictures.length] as Buffer;
  const head = Buffer.from(
    `Content-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n` +
      `X-Timestamp: ${(Date.now() / 1000).toFixed(3)}\r\nX-Pipit-Sequence: ${number}\r\n\r\n`,
  );
  number += 1;
  for (const socket of viewers) {
    if (socket.writableLength > 0) continue;
    socket.cork();
    socket.write(head);
    socket.write(picture);
    socket.write(tail);
    socket.uncork();
  }
}, 1000 / Number(fps));
