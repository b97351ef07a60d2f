import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mountPathFlaw } from './mount-path.ts';

const test = suite('mount path');

test('plain paths, deep ones too, can be mounts', () => {
  for (const path of ['/stream', '/radio/kitchen', '/a', '/v1.2~x_y-z', '/camerata', '/apiary', '/mp3']) {
    assert.is(mountPathFlaw(path), undefined, path);
  }
});

test('the paths of the outer contract can not, nor what is below them', () => {
  for (const path of [
    '/',
    '/api',
    '/api/status',
    '/camera',
    '/camera.mjpg',
    '/camera/street.mjpg',
    '/metrics',
    '/healthz',
  ]) {
    assert.type(mountPathFlaw(path), 'string', path);
  }
  for (const path of ['/admin', '/admin/metadata', '/ui', '/ui/app.js', '/listen']) {
    assert.type(mountPathFlaw(path), 'string', path);
  }
});

test('endings that ask for a format can not end a mount', () => {
  for (const ending of ['mp3', 'aac', 'opus', 'flac', 'm3u', 'pls', 'MP3']) {
    assert.match(mountPathFlaw(`/stream.${ending}`) ?? '', 'format', ending);
  }
});

test('what is no clean path can not', () => {
  const bad = [
    '',
    'stream',
    '/stream/',
    '//stream',
    '/a/../b',
    '/..',
    '/.hidden',
    '/a b',
    '/a?b',
    '/a%20b',
    '/ä',
    '/a\n',
    '/a\\b',
  ];
  for (const path of [...bad, `/${'a'.repeat(200)}`]) assert.type(mountPathFlaw(path), 'string', path);
});

test.run();
