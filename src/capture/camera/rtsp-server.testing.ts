import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { until } from '../../testkit/until.ts';

/**
 * An RTSP server with one stream, over TCP as RFC 2326 interleaves it: packets that ffmpeg makes of `options` (input and
 * codec) from the moment somebody plays.
 */
export async function rtspServer(sdpFile: string, options: readonly string[]) {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let child: ChildProcess | undefined;
  const packets = createSocket('udp4');
  await new Promise<void>((resolve) => packets.bind(0, '127.0.0.1', () => resolve()));
  packets.setRecvBufferSize(4 << 20);
  const rtp = `rtp://127.0.0.1:${packets.address().port}?pkt_size=1200`;
  let player: Socket | undefined;
  packets.on('message', (packet) => {
    const head = Buffer.from([0x24, 0, packet.length >> 8, packet.length & 0xff]);
    player?.write(Buffer.concat([head, packet]));
  });

  function start(): void {
    child ??= spawn('ffmpeg', ['-v', 'error', '-nostdin', ...options, '-sdp_file', sdpFile, '-f', 'rtp', rtp], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }

  async function sdp(): Promise<string> {
    start();
    await until(
      'ffmpeg has described its stream',
      () => existsSync(sdpFile) && /a=/.test(readFileSync(sdpFile, 'utf8')),
    );
    return `${readFileSync(sdpFile, 'utf8')
      .replace(/^SDP:\r?\n/, '')
      .replace(/^m=video \d+/m, 'm=video 0')
      .trim()
      .replace(/\r?\n/g, '\r\n')}\r\na=control:track1\r\n`;
  }

  async function answer(socket: Socket, request: string): Promise<void> {
    const [method = ''] = request.split(' ');
    requests.push(method);
    const sequence = /CSeq: *(\d+)/i.exec(request)?.[1] ?? '0';
    const headers = [`CSeq: ${sequence}`, 'Session: 1'];
    let body = '';
    if (method === 'DESCRIBE') {
      body = await sdp();
      headers.push('Content-Type: application/sdp', `Content-Length: ${body.length}`);
    }
    if (method === 'SETUP') headers.push('Transport: RTP/AVP/TCP;unicast;interleaved=0-1');
    socket.write(`RTSP/1.0 200 OK\r\n${headers.join('\r\n')}\r\n\r\n${body}`);
    if (method === 'PLAY') player = socket;
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = text.slice(end + 4);
        void answer(socket, request.slice(Math.max(0, request.search(/[A-Z_]+ rtsp:/))));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    /** Methods in the order they were asked for. */
    requests,
    url: `rtsp://me:secret@127.0.0.1:${(server.address() as AddressInfo).port}/live`,
    /** Cuts all connections. */
    cut(): void {
      for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      child?.kill('SIGKILL');
      for (const socket of sockets) socket.destroy();
      packets.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
