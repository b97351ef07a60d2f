import { createServer, type Server } from 'node:http';
import { type Clock, systemClock } from '../core/clock.ts';
import { silentLog } from '../core/log.ts';
import { Admission } from './admission.ts';
import { CameraSocket } from './camera-socket.ts';
import type { FakeCamera } from './fake-camera.testing.ts';
import { FrontDoor } from './front-door.ts';
import { PictureOutput } from './picture-output.ts';
import { requestHeadOf } from './request-head-of.ts';
import { TransmitQueues } from './transmit-queue.ts';

export interface PictureStationOptions {
  readonly maxViewers?: number;
  readonly maxStills?: number;
  readonly clock?: Clock;
}

/** The door with pictures behind it, on a free port of loopback. */
export async function openPictures(cameras: readonly FakeCamera[], options: PictureStationOptions = {}) {
  const { maxViewers = 100, maxStills = 16, clock = systemClock } = options;
  let viewers = 0;
  const deps = {
    clock,
    log: silentLog,
    admission: new Admission({ maxListeners: maxViewers, maxListenersPerAddress: 0, exemptNetworks: [] }),
    stillAdmission: new Admission({ maxListeners: maxStills, maxListenersPerAddress: 4, exemptNetworks: [] }),
    cameras: new Map(cameras.map((camera) => [camera.name, camera])),
    wallTimeUs: (ptsUs: number) => Date.now() * 1000 - (systemClock.nowUs() - ptsUs),
    nextViewerId: () => ++viewers,
    queues: new TransmitQueues({ clock: systemClock }, { intervalMs: 5, maxShare: 1 }),
  };
  const output = new PictureOutput(deps);
  const cameraSocket = new CameraSocket(deps);
  const http: Server = createServer(
    { shouldUpgradeCallback: (request) => cameraSocket.serves(request) },
    (request, response) => {
      const head = requestHeadOf(request);
      if (head !== undefined && output.serves(head.path)) output.handle(head, request.socket);
      else response.end('page');
    },
  );
  http.on('upgrade', (request, socket, rest) => cameraSocket.handleUpgrade(request, socket, rest));
  const door = new FrontDoor(http, output, () => 2_000);
  const port = await door.listen('127.0.0.1', 0);
  return {
    port,
    cameraSocket,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      await cameraSocket[Symbol.asyncDispose]();
      await door[Symbol.asyncDispose]();
    },
  };
}
