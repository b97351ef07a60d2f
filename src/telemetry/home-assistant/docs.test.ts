import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CHOICES, sightOf } from '../mqtt/station-sight.testing.ts';
import { StationTopics } from '../mqtt/topics.ts';
import { discoveryOf } from './discovery.ts';

const test = suite('docs/home-assistant');

const DOCS = new URL('../../../docs/home-assistant/', import.meta.url);
const TOPICS = new StationTopics({ topicPrefix: 'pipit', discoveryPrefix: 'homeassistant' }, 'b8d1f00d');
const SIGHT = sightOf({ sources: ['mic', 'hall'], stationName: 'Pipit' });
const { cmps } = discoveryOf(SIGHT, CHOICES, TOPICS, { commands: true, pictures: true });
/** As Home Assistant makes them: the platform, then device and name in lower case with underscores. */
const ENTITY_IDS = new Set(Object.values(cmps).map(({ p, name }) => `${p}.${slug(`Pipit ${String(name)}`)}`));

/** Python's yaml is what Home Assistant reads with; `!input` becomes the name of the input behind a mark. */
const READ = `
import json, sys, yaml
yaml.SafeLoader.add_constructor('!input', lambda loader, node: 'INPUT:' + loader.construct_scalar(node))
json.dump(yaml.safe_load(sys.stdin), sys.stdout)
`;

function read(file: string): unknown {
  const text = readFileSync(new URL(file, DOCS), 'utf8');
  return JSON.parse(execFileSync('python3', ['-c', READ], { input: text, encoding: 'utf8' }));
}

function hasYaml(): boolean {
  try {
    execFileSync('python3', ['-c', 'import yaml'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');
}

/** All texts in it, wherever they stand. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

for (const file of ['baby-cries.yaml', 'nothing-heard.yaml']) {
  (hasYaml() ? test : test.skip)(`${file} is a blueprint whose inputs are all used, and none else`, () => {
    const { blueprint, triggers, actions, ...rest } = read(file) as {
      blueprint: { name: string; domain: string; input: Record<string, { selector: object; name: string }> };
      triggers: { trigger: string }[];
      actions: object[];
    };
    assert.is(blueprint.domain, 'automation');
    for (const input of Object.values(blueprint.input)) {
      assert.ok(input.name.length > 0);
      assert.is(Object.keys(input.selector).length, 1);
    }
    assert.ok(triggers.length > 0 && actions.length > 0);
    const used = textsIn({ triggers, actions, rest })
      .filter((text) => text.startsWith('INPUT:'))
      .map((text) => text.slice('INPUT:'.length));
    assert.equal([...new Set(used)].sort(), Object.keys(blueprint.input).sort());
  });
}

(hasYaml() ? test : test.skip)('the card names entities that there are', () => {
  const named = textsIn(read('card.yaml')).filter((text) => /^[a-z_]+\.pipit_[a-z0-9_]+$/.test(text));
  assert.ok(named.length > 10);
  for (const id of named) assert.ok(ENTITY_IDS.has(id), id);
});

test('the table in the documentation has every entity', () => {
  const text = readFileSync(new URL('README.md', DOCS), 'utf8');
  for (const [id, { p, name }] of Object.entries(cmps)) {
    const shown = String(name).replace(/^(Mic|Hall|Street)\b/, (subject) =>
      subject === 'Street' ? 'CAMERA' : 'SOURCE',
    );
    assert.ok(text.includes(`| ${shown} | ${p} |`), `${id}: | ${shown} | ${p} |`);
  }
});

test.run();
