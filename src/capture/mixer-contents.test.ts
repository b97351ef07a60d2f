import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CM108_CONTENTS, WM8960_CONTENTS } from './mixer.testing.ts';
import { type MixerControl, parseMixerContents } from './mixer-contents.ts';

const test = suite('what amixer prints');

test('it becomes switches and volumes; lists, maps and what cannot be read are left out', () => {
  const controls = parseMixerContents(CM108_CONTENTS);
  assert.equal(
    controls.map(({ numid }) => numid),
    [3, 4, 7, 8, 9, 5, 6],
  );
  assert.equal(controls[3], {
    numid: 8,
    name: 'Mic Capture Volume',
    type: 'INTEGER',
    isWritable: true,
    min: 0,
    max: 16,
    values: [0],
  });
  assert.equal(controls[6]?.values, [20, 20]);
  assert.is(parseMixerContents(WM8960_CONTENTS).length, 6);
  assert.equal(parseMixerContents(''), []);
  assert.equal(parseMixerContents("numid=1,iface=MIXER,name='It's cut o"), []);
});

/** As amixer prints a control, with what may stand behind it. */
function printed({ numid, name, type, isWritable, min, max, values }: MixerControl, behind: string): string {
  const isSwitch = type === 'BOOLEAN';
  const range = isSwitch ? '' : `,min=${min},max=${max},step=0`;
  const shown = isSwitch ? values.map((value) => (value === 1 ? 'on' : 'off')) : values;
  return `numid=${numid},iface=MIXER,name='${name}'
  ; type=${type},access=${isWritable ? 'rw' : 'r-'}---R--,values=${values.length}${range}
  : values=${shown.join(',')}
${behind}`;
}

const control: fc.Arbitrary<MixerControl> = fc
  .record({
    numid: fc.nat(),
    name: fc.string({ maxLength: 44 }),
    type: fc.constantFrom('BOOLEAN', 'INTEGER'),
    isWritable: fc.boolean(),
    range: fc.tuple(fc.integer(), fc.integer()),
    values: fc.array(fc.integer(), { minLength: 1, maxLength: 8 }),
  })
  .map(({ range: [one, other], values, ...more }) =>
    more.type === 'BOOLEAN'
      ? { ...more, min: 0, max: 1, values: values.map((value) => value & 1) }
      : { ...more, min: Math.min(one, other), max: Math.max(one, other), values },
  );
const BEHIND = [
  '',
  '  | dBscale-min=-17.25dB,step=0.75dB,mute=0\n',
  "numid=1,iface=MIXER,name='Source'\n  ; type=ENUMERATED,access=rw------,values=1,items=1\n  ; Item #0 'Mic'\n  : values=0\n",
  "numid=2,iface=MIXER,name='Coefficients'\n  ; type=BYTES,access=rw------,values=2\n  : values=0x00,0xff\n",
  "numid=3,iface=PCM,name='Capture Channel Map'\n  ; type=INTEGER,access=r----R--,values=1,min=0,max=36,step=0\n  : values=0\n",
];

test('every switch and every volume comes out as it went in, whatever stands between them', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(control, fc.constantFrom(...BEHIND)), { maxLength: 8 }), (all) => {
      assert.equal(
        parseMixerContents(all.map(([each, behind]) => printed(each, behind)).join('')),
        all.map(([each]) => each),
      );
    }),
  );
});

test('a text that ends anywhere gives only controls that are whole', () => {
  const whole = parseMixerContents(CM108_CONTENTS);
  fc.assert(
    fc.property(fc.nat(CM108_CONTENTS.length), (length) => {
      const found = parseMixerContents(CM108_CONTENTS.slice(0, length));
      // Of the last one, values may be missing, but none is made up.
      for (const [index, { numid, min, max }] of found.entries()) {
        assert.equal([numid, min, max], [whole[index]?.numid, whole[index]?.min, whole[index]?.max]);
      }
    }),
  );
});

test('no mixer of more controls than any card has holds it up', () => {
  const many = Array.from({ length: 5_000 }, () => CM108_CONTENTS).join('');
  assert.ok(parseMixerContents(many).length <= 512);
  assert.equal(parseMixerContents(`numid=${'1'.repeat(100_000)}`), []);
});

test.run();
