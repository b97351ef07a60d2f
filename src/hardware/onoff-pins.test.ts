import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('pins through onoff');

/*
 * onoff knows one place for sysfs only. So it gets a namespace of its own, with a tree of files in that place; edges need
 * a real kernel and are tried on its simulator.
 */

const MODULE = new URL('./onoff-pins.ts', import.meta.url).href;

/** A Pi 4's sysfs, with pins 17 and 27 already exported (the kernel would make their files). */
const TREE = `
mount -t tmpfs none /sys/class && cd /sys/class && mkdir gpio && cd gpio
mkdir gpiochip512 gpio529 gpio539 && echo pinctrl-bcm2711 > gpiochip512/label && echo 512 > gpiochip512/base
for pin in gpio529 gpio539; do echo in > $pin/direction; echo 0 > $pin/active_low; echo none > $pin/edge; echo 0 > $pin/value; done
: > export; : > unexport
`;

/** What a script prints that has `pins` (and the namespace), as the user with this number. */
async function inNamespace(tree: string, script: string, uid = 0): Promise<string> {
  const program = `
    import { readFileSync } from 'node:fs';
    import { openPins } from ${JSON.stringify(MODULE)};
    const file = (name) => readFileSync('/sys/class/gpio/' + name, 'utf8').trim();
    ${script}`;
  const asUser = uid === 0 ? '' : `setpriv --reuid ${uid} --clear-groups --inh-caps=-all --bounding-set=-all`;
  const shell = `${tree}\ncd / && exec ${asUser} "$0" --input-type=module -e "$1"`;
  const { stdout } = await promisify(execFile)('unshare', ['-m', 'sh', '-ec', shell, process.execPath, program], {
    timeout: 20_000,
  });
  return stdout.trim();
}

function mayUnshare(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

if (mayUnshare()) {
  test('an output is written, inverted where asked for, and off and given back at the end', async () => {
    const said = await inNamespace(
      TREE,
      `const pins = await openPins();
       const lamp = pins.output(17, { isActiveLow: true });
       lamp.set(true);
       const on = [file('gpio529/value'), file('gpio529/active_low'), file('gpio529/direction')];
       lamp[Symbol.dispose]();
       lamp[Symbol.dispose]();
       lamp.set(true);
       console.log(JSON.stringify([on, file('gpio529/value'), file('unexport')]));`,
    );
    assert.equal(JSON.parse(said), [['1', '1', 'high'], '0', '529']);
  });

  test('a machine without a header has no pins, without a word', async () => {
    assert.is(await inNamespace('mount -t tmpfs none /sys/class', 'console.log(await openPins());'), 'undefined');
  });

  test('who may not use the header is told which group it takes', async () => {
    const script = 'try { await openPins(); } catch (error) { console.log(error.code, error.remedy); }';
    assert.match(await inNamespace(`${TREE}\nchmod 600 export`, script, 65_534), /hardware\.gpio-refused .*group gpio/);
  });
} else {
  test.skip('a namespace for a tree of files takes more rights than there are here', () => {});
}

test.run();
