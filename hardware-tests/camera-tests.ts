import { listCameras } from '../src/capture/camera/camera-devices.ts';
import { listV4l2Devices, v4l2Identity } from '../src/capture/camera/v4l2-devices.ts';
import { ask } from './ask.ts';
import { lookAt, VirtualCamera } from './camera-bench.ts';
import type { HardwareTest } from './hardware-test.ts';
import { CAMERA, installed, kernelModule, OWN_MACHINE, ROOT, VIRTUAL_CAMERA } from './need.ts';
import type { OwnStation } from './own-station.ts';
import { until } from './until.ts';
import { Watching } from './watching.ts';

const VIVID = [ROOT, OWN_MACHINE, kernelModule('vivid'), installed('v4l2-ctl')];
/** No microphone of the machine is looked for beside the camera. */
const SILENCE = 'source "quiet" {\n  type = "silence"\n}\n';

function camera(name: string, lines: Readonly<Record<string, string | number>>, type = 'v4l2'): string {
  const all = Object.entries(lines).map(([key, value]) => `  ${key} = ${JSON.stringify(value)}\n`);
  return `camera "${name}" {\n  type = "${type}"\n${all.join('')}}\n`;
}

async function still(station: OwnStation, name: string): Promise<Buffer> {
  return await until(
    `camera ${name} gives a still`,
    async () => {
      const answer = await ask(station.url(`/camera/${name}.jpg`));
      const body = Buffer.from(await answer.arrayBuffer());
      return answer.ok ? body : undefined;
    },
    { limitMs: 150_000 },
  );
}

async function stateOf(station: OwnStation, name: string) {
  const { cameras } = await station.status();
  const found = cameras.find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no camera ${name}`);
  return found;
}

export const cameraTests: readonly HardwareTest[] = [
  {
    about: 'camera',
    name: 'a camera is seen in each of its formats that Pipit asks for, and the size that it was asked for',
    needs: VIVID,
    needsRest: true,
    limitMs: 600_000,
    async run(bench) {
      const { path } = await VirtualCamera.open(bench);
      const asked = [
        { format: 'auto', width: 640, height: 360 },
        { format: 'yuyv422', width: 1280, height: 720 },
        { format: 'nv12', width: 320, height: 180 },
      ];
      // One after the other: a camera that nobody watches any more is closed at once.
      const blocks = asked.map((each) => camera(each.format, { device: path, idle_close_s: 0, ...each }));
      const station = await bench.station(SILENCE + blocks.join(''));
      for (const { format, width, height } of asked) {
        const picture = await lookAt(await still(station, format));
        const { detail } = await stateOf(station, format);
        bench.note(`${format}: ${picture.width}x${picture.height}, ${picture.bytes} bytes; ${detail}`);
        if (picture.width !== width || picture.height !== height) throw new Error(`${format} has another size`);
        await until(`camera ${format} is closed`, async () =>
          (await stateOf(station, format)).state === 'stopped' ? true : undefined,
        );
      }
    },
  },
  {
    about: 'camera',
    name: 'a format that the camera does not have gives way to one that it has, and that is said',
    needs: VIVID,
    needsRest: true,
    async run(bench) {
      const { path } = await VirtualCamera.open(bench);
      const station = await bench.station(SILENCE + camera('eye', { device: path, format: 'h264' }));
      await lookAt(await still(station, 'eye'));
      const { detail } = await stateOf(station, 'eye');
      bench.note(detail);
      if (!station.log.includes('does not deliver h264')) throw new Error(`it is not said: ${station.log.slice(-500)}`);
    },
  },
  {
    about: 'camera',
    name: 'a camera is pulled and put back: the state tells it, and who watches sees it again',
    needs: VIVID,
    needsRest: true,
    limitMs: 300_000,
    async run(bench) {
      const virtual = await VirtualCamera.open(bench);
      // Where a real one is plugged in as well, auto is that.
      const device = (await listV4l2Devices()).length === 1 ? 'auto' : virtual.path;
      const station = await bench.station(SILENCE + camera('eye', { device, width: 640, height: 360 }));
      using watching = await Watching.open(station.url('/camera/eye.mjpg'));
      await watching.more(5);
      if (watching.last !== undefined) await lookAt(watching.last);
      await virtual.unplug();
      const gone = await until('the state says that the camera has gone', async () => {
        const now = await stateOf(station, 'eye');
        return now.has_signal || now.error === null ? undefined : now;
      });
      bench.note(`pulled: ${gone.state}, ${gone.error?.code}`);
      await virtual.plugIn();
      await watching.more(5, 120_000);
      if (!watching.isOpen) throw new Error('the viewer was let go');
      await until('the camera is live', async () =>
        (await stateOf(station, 'eye')).state === 'live' ? true : undefined,
      );
    },
  },
  {
    about: 'camera',
    name: 'pictures move: a stream shows one after the other, and no two are the same',
    needs: VIVID,
    needsRest: true,
    async run(bench) {
      const { path } = await VirtualCamera.open(bench);
      const station = await bench.station(SILENCE + camera('eye', { device: path, width: 640, height: 360, fps: 5 }));
      using watching = await Watching.open(station.url('/camera/eye.mjpg'));
      await watching.more(2);
      const begun = { ms: performance.now(), count: watching.count };
      const seen = new Set<string>();
      await until('five pictures that differ', () => {
        seen.add(watching.last?.toString('base64') ?? '');
        return seen.size >= 5 ? true : undefined;
      });
      const fps = (watching.count - begun.count) / ((performance.now() - begun.ms) / 1000);
      bench.note(`${fps.toFixed(1)} pictures a second`);
    },
  },
  {
    about: 'camera',
    name: 'every camera that is plugged in delivers pictures',
    needs: [CAMERA],
    needsRest: true,
    async run(bench) {
      const { v4l2, csi } = await listCameras();
      const cameras = [
        ...v4l2
          .filter(({ name }) => !VIRTUAL_CAMERA.test(name))
          .map((each) => ({
            what: `${each.name} (${each.path})`,
            type: 'v4l2',
            lines: { device: v4l2Identity(each) },
          })),
        ...csi.map(({ model, index }) => ({ what: `${model} (CSI)`, type: 'rpicam', lines: { index } })),
      ];
      const blocks = cameras.map(({ type, lines }, i) => camera(`camera-${i}`, lines, type));
      const station = await bench.station(SILENCE + blocks.join(''));
      for (const [i, { what }] of cameras.entries()) {
        const { width, height, contrast } = await lookAt(await still(station, `camera-${i}`), 0);
        const { detail } = await stateOf(station, `camera-${i}`);
        bench.note(`${what}: ${width}x${height}, contrast ${contrast.toFixed(1)}; ${detail}`);
      }
    },
  },
];
