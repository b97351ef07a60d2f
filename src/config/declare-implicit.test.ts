import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareSettings } from './compare-settings.ts';
import { declareImplicit } from './declare-implicit.ts';
import { Diagnostics } from './diagnostic.ts';
import { editConfig } from './edit-config.ts';
import { parseHcl } from './hcl-parser.ts';
import { load } from './load-settings.testing.ts';

const test = suite('declare-implicit');

for (const [text, name, value] of [
  ['', 'source.mic.gain_db', 6],
  ['', 'camera.camera.fps', 5],
  ['mount "/a" {\n}\nmount "/b" {\n  fallback = []\n}\n', 'source.mic.gain_db', 6],
  ['source "nest" {\n  type = "demo"\n}\n', 'source.nest.gain_db', 6],
] as const) {
  test(`${name} can be changed where nothing else is: ${JSON.stringify(text)}`, () => {
    const loaded = load(text);
    const body = parseHcl(text, '', new Diagnostics());
    const after = load(editConfig(text, declareImplicit({ [name]: value }, body, loaded)));
    const { live, restart } = compareSettings(loaded, after);
    assert.equal([...live, ...restart], [name]);
  });
}

test.run();
