import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { isShipped } from './is-shipped.ts';

const test = suite('deb/is-shipped');

test('what Node reads, what the page is made of and licences go along', () => {
  for (const path of [
    'node_modules/ws/lib/websocket.js',
    'node_modules/ws/package.json',
    'node_modules/debug/src/index.js',
    'node_modules/preact/dist/preact.mjs',
    'node_modules/uplot/dist/uPlot.min.css',
    'node_modules/better-sqlite3/prebuilds/linux-arm64.node',
    'node_modules/@julusian/jpeg-turbo/prebuilds/jpeg-turbo-linux-arm64/libturbojpeg.so.0',
    'node_modules/@img/sharp-libvips-linux-arm64/lib/libvips-cpp.so.8.18.7',
    'node_modules/ws/LICENSE',
    'node_modules/mqtt/LICENSE.md',
    'node_modules/typed/ThirdPartyNotices.txt',
    'node_modules/typed/NOTICE',
  ]) {
    assert.ok(isShipped(path, 'arm64'), path);
  }
});

test('sources, types, maps, texts, tests and programs for developers stay behind', () => {
  for (const path of [
    'node_modules/ws/README.md',
    'node_modules/ws/index.d.ts',
    'node_modules/hono/dist/index.js.map',
    'node_modules/better-sqlite3/deps/sqlite3/sqlite3.c',
    'node_modules/better-sqlite3/binding.gyp',
    'node_modules/pino/test/basic.test.js',
    'node_modules/pino/benchmarks/basic.js',
    'node_modules/semver/bin/semver.js',
    'node_modules/yaml/bin.mjs',
    'node_modules/pino/.prettierrc.json',
    'node_modules/mqtt/dist/mqtt.js',
    'node_modules/node-av/dist/webrtc/index.js',
  ]) {
    assert.not(isShipped(path, 'arm64'), path);
  }
});

test('of binaries only those for the machine go along', () => {
  const prebuilt = (name: string) => `node_modules/better-sqlite3/prebuilds/${name}.node`;
  assert.ok(isShipped(prebuilt('linux-x64'), 'amd64'));
  for (const other of ['linux-arm64', 'linuxmusl-x64', 'darwin-x64', 'win32-x64']) {
    assert.not(isShipped(prebuilt(other), 'amd64'), other);
  }
  const jpeg = 'node_modules/@julusian/jpeg-turbo/prebuilds/jpeg-turbo';
  assert.not(isShipped(`${jpeg}-linux-x64-musl/libturbojpeg.so.0`, 'amd64'));
  assert.not(isShipped(`${jpeg}-linux-arm/node-napi-v10.node`, 'arm64'));
});

test.run();
