import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { lookAt } from '../../hardware-tests/camera-bench.ts';
import type { HardwareTest } from '../../hardware-tests/hardware-test.ts';
import { Listening } from '../../hardware-tests/listening.ts';
import { installed } from '../../hardware-tests/need.ts';
import { until } from '../../hardware-tests/until.ts';
import { Broker, Onlooker } from '../../src/telemetry/mqtt/broker.testing.ts';
import { holds, launchBrowser, openPage } from '../../src/testkit/browser.ts';
import type { StationStatus } from '../../src/web/answers.ts';
import type { Lab } from './lab.ts';
import type { Machine } from './machine.ts';

const HZ = 1000;
const LIVE_MS = 240_000;
/** Where the emulated network has this machine (QEMU's user networking). */
const HERE = '10.0.2.2';

/** A microphone and a camera are plugged in: what is played to the one, and what the other makes up, is known. */
export async function plugInDevices(machine: Machine): Promise<void> {
  await machine.shell.must('modprobe snd-aloop enable=1 pcm_substreams=1');
  await machine.shell.must('modprobe vivid n_devs=1 node_types=0x1');
  // The station takes the first device of the first card; its sound comes from the second.
  await machine.shell.must(
    `systemd-run --quiet --collect --unit=tone speaker-test -D hw:Loopback,1 -F S16_LE -r 48000 -c 2 -t sine -f ${HZ}`,
  );
}

async function status(machine: Machine): Promise<StationStatus> {
  const answer = await fetch(machine.url('/api/status'), { signal: AbortSignal.timeout(60_000) });
  return (await answer.json()) as StationStatus;
}

/** What somebody sees and hears from outside, at the station as it is shipped. */
export function showTests(lab: Lab): HardwareTest[] {
  const about = 'from outside';
  return [
    {
      about,
      name: '/stream carries the tone that the sound card hears',
      needs: [],
      limitMs: 600_000,
      async run(bench) {
        const machine = await lab.running();
        await plugInDevices(machine);
        await until(
          'the microphone is live',
          async () =>
            (await status(machine)).sources.find(({ name }) => name === 'mic')?.state === 'live' ? true : undefined,
          { limitMs: LIVE_MS },
        );
        using listening = await Listening.open(machine.url('/stream'));
        const aboveRestDb = await listening.hears(HZ, LIVE_MS);
        bench.note(`${HZ} Hz, ${aboveRestDb.toFixed(0)} dB above all else`);
      },
    },
    {
      about,
      name: '/camera.jpg shows what the camera sees',
      needs: [],
      limitMs: 600_000,
      async run(bench) {
        const machine = await lab.running();
        const jpeg = await until(
          'a picture comes',
          async () => {
            const answer = await fetch(machine.url('/camera.jpg'), { signal: AbortSignal.timeout(60_000) });
            return answer.ok ? Buffer.from(await answer.arrayBuffer()) : undefined;
          },
          { limitMs: LIVE_MS },
        );
        const { width, height, contrast } = await lookAt(jpeg);
        await writeFile(join(lab.folder, 'camera.jpg'), jpeg);
        bench.note(`${width}x${height}, contrast ${contrast.toFixed(0)}`);
      },
    },
    {
      about,
      name: 'Home Assistant finds the station at a broker of this machine',
      needs: [installed('mosquitto')],
      limitMs: 600_000,
      async run(bench) {
        const machine = await lab.running();
        const broker = bench.stack.use(await Broker.start());
        const onlooker = bench.stack.use(await Onlooker.start(broker.url));
        const block = `mqtt {\\n  url = "mqtt://${HERE}:${broker.port}"\\n}\\n`;
        await machine.shell.must('cp /etc/pipit/config.hcl /run/config.before');
        await machine.shell.must(`printf '${block}' >> /etc/pipit/config.hcl && systemctl reload pipit`);
        const isConfig = (topic: string): boolean => /^homeassistant\/.+\/config$/.test(topic);
        await until('discovery arrives', () => ([...onlooker.latest.keys()].some(isConfig) ? true : undefined), {
          limitMs: LIVE_MS,
        });
        const topics = [...onlooker.latest.keys()];
        bench.note(`${topics.filter(isConfig).length} of discovery, ${topics.length} topics in all`);
        const config = JSON.parse(onlooker.text(topics.find(isConfig) ?? '') ?? '{}') as Record<string, unknown>;
        bench.note(JSON.stringify(config['device'] ?? config['dev'] ?? {}).slice(0, 300));
        await machine.shell.must('cat /run/config.before > /etc/pipit/config.hcl && systemctl reload pipit');
      },
    },
    {
      about,
      name: 'the page shows level and picture in a browser, and complains of nothing',
      needs: [installed('chromium')],
      limitMs: 600_000,
      async run(bench) {
        const machine = await lab.running();
        const browser = await launchBrowser();
        bench.stack.defer(() => browser.close());
        const open = await openPage(browser, machine.url('/'), { locale: 'en-GB' });
        bench.stack.use(open);
        await holds(open.page, `document.querySelector('main')?.textContent.length > 100`, LIVE_MS);
        await new Promise((resolve) => setTimeout(resolve, 10_000));
        await open.page.screenshot({ path: join(lab.folder, 'page.png') });
        if (open.complaints.length > 0) throw new Error(`the page complains: ${open.complaints.join('; ')}`);
      },
    },
  ];
}
