import { lookup } from 'node:dns/promises';
import type { StationStatus } from '../src/web/answers.ts';
import { ask } from './ask.ts';
import { lookAt } from './camera-bench.ts';
import { type HardwareTest, NotThere } from './hardware-test.ts';
import { Listening } from './listening.ts';
import type { Need } from './need.ts';

/** What somebody sees and hears who comes over the network, at a station that is left as it is. */
export function outsideTests(host: string, port: number): HardwareTest[] {
  const base = `http://${host}:${port}`;
  const answerTo = (path: string): Promise<Response> => ask(`${base}${path}`);
  const answers: Need = {
    missing: () =>
      answerTo('/healthz').then(
        () => undefined,
        () => `${base} does not answer`,
      ),
  };
  const statusOf = async (): Promise<StationStatus> => {
    const answer = await answerTo('/api/status');
    // Its owner has closed it to listeners, and nobody has given us a password.
    if (answer.status === 401 || answer.status === 403) throw new NotThere('the station takes a password');
    if (!answer.ok) throw new Error(`/api/status answered ${answer.status}`);
    return (await answer.json()) as StationStatus;
  };
  const about = 'outside';
  return [
    {
      about,
      name: 'the station answers on the network, under its name',
      needs: [],
      async run(bench) {
        bench.note(`${host} is ${(await lookup(host)).address}`);
        const page = await answerTo('/');
        if (!page.ok || !(await page.text()).includes('<!doctype html')) throw new Error(`/ answered ${page.status}`);
        const health = await answerTo('/healthz');
        if (!health.ok) throw new Error(`/healthz answered ${health.status}: ${await health.text()}`);
      },
    },
    {
      about,
      name: 'its stream is sound',
      needs: [answers],
      async run(bench) {
        const path = (await statusOf()).mounts[0]?.path ?? '/stream';
        using listening = await Listening.open(`${base}${path}.mp3`);
        await listening.more(60_000);
        const { seconds, peak } = await listening.recent(10);
        bench.note(`${seconds.toFixed(1)} s decoded, peak ${peak.toFixed(4)}`);
        if (seconds < 1) throw new Error('nothing can be decoded');
      },
    },
    {
      about,
      name: 'its camera is a picture',
      needs: [answers],
      async run(bench) {
        const { cameras } = await statusOf();
        if (cameras.length === 0) throw new NotThere('the station has no camera');
        const answer = await answerTo('/camera.jpg');
        if (answer.status === 503) throw new NotThere(`no picture comes: ${await answer.text()}`);
        if (!answer.ok) throw new Error(`/camera.jpg answered ${answer.status}`);
        const { width, height, bytes } = await lookAt(Buffer.from(await answer.arrayBuffer()), 0);
        bench.note(`${width}x${height}, ${bytes} bytes`);
      },
    },
  ];
}
