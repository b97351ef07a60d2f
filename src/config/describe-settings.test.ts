import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type BlockSheet, describeKinds, describeSettings, type SettingSheet } from './describe-settings.ts';
import type { Environment } from './environment.ts';
import { load } from './load-settings.testing.ts';
import { namedValues } from './values.ts';

const test = suite('describe-settings');

const TEXT = `data_dir = "../data"
metadata {
  station_name = "Nest"
}
source "radio" {
  type    = "exec"
  command = ["sox", "s3cret"]
}
server {
  source_password = "s3cret"
}
mount "/stream" {
  source = "radio"
}
`;

function sheetsOf(text = TEXT, env: Environment = {}): readonly BlockSheet[] {
  return describeSettings(load(text, env), text);
}

function sheet(name: string, sheets = sheetsOf()): SettingSheet {
  const found = sheets.flatMap(({ keys }) => keys).find((each) => each.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

test('every setting is there once, blocks of the file first and in its order', () => {
  const sheets = sheetsOf();
  const order = sheets.map(({ name }) => name);
  assert.equal(order.slice(0, 5), ['', 'metadata', 'source.radio', 'server', 'mount./stream']);
  const names = sheets.flatMap(({ keys }) => keys.map(({ name }) => name));
  const all = [...namedValues(load(TEXT).values)]
    .map(({ name }) => name)
    .filter((name) => !/^source\.silence/.test(name));
  assert.equal(names.toSorted(), all.toSorted());
  assert.equal(
    sheets.filter(({ declared }) => declared).map(({ name }) => name),
    ['metadata', 'source.radio', 'server', 'mount./stream'],
  );
});

test('a key tells what a form needs', () => {
  const { key, kind, unit, range, live, doc, value, origin } = sheet('source.radio.gain_db');
  assert.equal([key, kind, unit, range, live, value], ['gain_db', 'number', 'dB', [-40, 40], true, 0]);
  assert.equal(origin, { kind: 'default' });
  assert.ok(doc.length > 10);
  assert.equal(sheet('camera.camera.rotate').choices, [0, 90, 180, 270]);
  assert.equal(sheet('auth.listeners').choices, ['open', 'token', 'password']);
  assert.is(sheet('auth.trusted_proxies').kind, 'list');
});

test('where a value comes from is told, and it is shown as it was written', () => {
  assert.equal(sheet('metadata.station_name').origin, { kind: 'file', line: 3 });
  assert.equal(sheet('buffer.size_mb').origin, { kind: 'profile' });
  assert.equal([sheet('buffer.size_mb').value, sheet('buffer.size_mb').default], [20, 20]);
  assert.is(sheet('data_dir').value, '../data');
  assert.is(sheet('playlist.directory').value, './music');
  const sheets = sheetsOf(TEXT, { PIPIT_METADATA__STATION_NAME: 'Box' });
  const { origin, value } = sheet('metadata.station_name', sheets);
  assert.equal([origin, value], [{ kind: 'environment', variable: 'PIPIT_METADATA__STATION_NAME' }, 'Box']);
});

test('of a secret and of a command it is only told whether there is one', () => {
  const password = sheet('server.source_password');
  assert.equal([password.secret, password.filled, password.value], [true, true, null]);
  assert.equal([sheet('auth.password').filled, sheet('auth.password').default], [false, null]);
  assert.ok(sheet('source.radio.command').secret);
  assert.not.match(JSON.stringify(sheetsOf()), /s3cret/);
});

test('where the file holds something else by now, values are as they are used', () => {
  const sheets = describeSettings(load(TEXT), undefined);
  assert.is(sheet('metadata.station_name', sheets).value, 'Nest');
  assert.is(sheet('data_dir', sheets).value, '/etc/data');
  assert.is(sheet('server.source_password', sheets).value, null);
});

test('what names a program says why it can not be changed', () => {
  assert.match(sheet('source.radio.command').fixed ?? '', /configuration file only/);
  assert.match(sheet('source.radio.type').fixed ?? '', /configuration file only/);
  const [sources] = describeKinds();
  assert.equal(
    sources?.types.filter(({ fixed }) => fixed !== null).map(({ type }) => type),
    ['exec'],
  );
});

test('what can be added tells its keys by type', () => {
  const kinds = describeKinds();
  assert.equal(
    kinds.map(({ block }) => block),
    ['source', 'camera', 'mount'],
  );
  const file = kinds[0]?.types.find(({ type }) => type === 'file');
  assert.ok(file?.keys.some(({ key, required }) => key === 'path' && required));
  assert.not.ok(file?.keys.some(({ key }) => key === 'device'));
});

test.run();
