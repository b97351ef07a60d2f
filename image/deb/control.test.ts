import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { debianVersion, MAINTAINER, renderChangelog, renderControl } from './control.ts';

const test = suite('deb/control');

test('a release candidate stands before its release', () => {
  assert.is(debianVersion('1.2.0'), '1.2.0');
  assert.is(debianVersion('1.2.0-rc.1'), '1.2.0~rc.1');
});

test('the control file has every field that dpkg wants, on a line of its own', () => {
  const control = renderControl({ version: '1.2.0-rc.1', arch: 'arm64', installedKiB: 270_000 });
  for (const line of ['Package: pipit', 'Version: 1.2.0~rc.1', 'Architecture: arm64', 'Installed-Size: 270000']) {
    assert.ok(control.split('\n').includes(line), line);
  }
  assert.match(control, /^Depends: (?:[a-z0-9+.-]+(?: \(>= [0-9.]+\))?(?:, |\n))+/m);
  // After the first line of the description each begins with a space, and none is empty.
  assert.match(control, /\nDescription: .{1,60}\n(?: .{1,79}\n)+$/);
});

test('the changelog has the form that dpkg-parsechangelog reads', () => {
  assert.is(
    renderChangelog('1.2.0', 1_763_740_800),
    `pipit (1.2.0) stable; urgency=medium\n\n  * Version 1.2.0. What changed is told in CHANGELOG.md.gz.\n\n -- ${MAINTAINER}  Fri, 21 Nov 2025 16:00:00 +0000\n`,
  );
});

test.run();
