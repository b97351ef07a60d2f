import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { AccessBook } from '../access/access-book.ts';
import { StationPassword } from '../access/station-password.ts';
import { silentLog } from '../core/log.ts';
import type { PortalOwner } from '../onboarding/captive-portal.ts';
import { FakeClock } from '../testkit/fake-clock.ts';
import { RecordingLog } from '../testkit/recording-log.ts';
import { forgetPassword } from './forgotten-password.ts';
import { portalOwner } from './portal-owner.ts';

const test = suite('who may choose a network');

const PHONE = '10.42.0.17';

/** What a station has kept on this machine. */
class Kept implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'pipit-owner-'));
  readonly config = join(this.folder, 'config.hcl');
  readonly book = join(this.folder, 'access.json');
  readonly env = { PIPIT_DATA_DIR: this.folder };
  readonly clock = new FakeClock();
  readonly log = new RecordingLog();
  readonly pauses: number[] = [];

  /** As the first visit of the page does. */
  async setPassword(password: string): Promise<void> {
    const book = new AccessBook({ log: silentLog }, this.book);
    await book.load();
    await new StationPassword({ clock: this.clock, book }, () => '').set(password, false);
  }

  owner(): Promise<PortalOwner> {
    const pause = async (ms: number) => this.pauses.push(ms);
    return portalOwner({ clock: this.clock, log: this.log, pause }, this.config, this.env);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

test('everybody, while the station has no password', async () => {
  using kept = new Kept();
  for (const config of [undefined, '', 'mqtt { enabled =', '# nothing\n']) {
    if (config !== undefined) writeFileSync(kept.config, config);
    const owner = await kept.owner();
    assert.is(owner.isAsked, false, config);
    assert.is(await owner.refuse('', PHONE), undefined, config);
  }
});

test('whoever knows the password that was set on the page; guessing takes ever longer, for each and for all', async () => {
  using kept = new Kept();
  await kept.setPassword('correct horse');
  const owner = await kept.owner();
  assert.is(owner.isAsked, true);
  assert.is(await owner.refuse('correct horse', PHONE), undefined);
  for (let i = 0; i < 3; i++) assert.is(await owner.refuse('', PHONE), 'not-owner');
  assert.equal(kept.pauses, []);
  for (let i = 0; i < 5; i++) assert.is(await owner.refuse(`guess ${i}`, PHONE), 'not-owner');
  assert.equal(kept.pauses, [250, 500, 1_000, 2_000, 4_000]);
  assert.is(await owner.refuse('correct horse', PHONE), 'too-many');
  assert.is(await owner.refuse('correct horse', '10.42.0.18'), undefined);
  assert.not.match(JSON.stringify(kept.log.lines), /guess|horse/);
});

test('whoever knows the one of the configuration, where there is one', async () => {
  using kept = new Kept();
  await kept.setPassword('correct horse');
  writeFileSync(kept.config, 'auth {\n  password = "nightingale"\n}\n');
  const owner = await kept.owner();
  assert.is(await owner.refuse('nightingale', PHONE), undefined);
  assert.is(await owner.refuse('correct horse', PHONE), 'not-owner');
});

test('nobody, where there may be one that can not be read; a file on the card is the way out', async () => {
  using kept = new Kept();
  writeFileSync(kept.config, 'auth {\n  password = "nightingale\n}\n');
  const broken = await kept.owner();
  assert.is(broken.isAsked, true);
  assert.is(await broken.refuse('nightingale', PHONE), 'unreadable');
  writeFileSync(kept.config, '');
  await kept.setPassword('correct horse');
  writeFileSync(kept.book, readFileSync(kept.book, 'utf8').slice(0, -20));
  const damaged = await kept.owner();
  assert.is(damaged.isAsked, true);
  assert.is(await damaged.refuse('correct horse', PHONE), 'unreadable');
  await forgetPassword({ log: silentLog, env: kept.env }, kept.config);
  assert.is((await kept.owner()).isAsked, false);
});

test('the kept one counts though the configuration is broken', async () => {
  using kept = new Kept();
  await kept.setPassword('correct horse');
  writeFileSync(kept.config, 'mqtt {\n  password = "x"\n');
  const owner = await kept.owner();
  assert.is(await owner.refuse('correct horse', PHONE), undefined);
  assert.is(await owner.refuse('x', PHONE), 'not-owner');
});

test.run();
