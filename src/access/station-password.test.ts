import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { FakeClock } from '../testkit/fake-clock.ts';
import { type AccessRecord, EMPTY_RECORD } from './access-record.ts';
import { isPasswordHash, PasswordHasher } from './password-hash.ts';
import { type PasswordBook, StationPassword } from './station-password.ts';

const test = suite('station password');

/** A book that is kept nowhere. */
function book(): PasswordBook & { reads: number } {
  let record: AccessRecord = EMPTY_RECORD;
  return {
    reads: 0,
    get record() {
      return record;
    },
    trouble: undefined,
    change: async (edit) => {
      record = edit(record);
    },
  };
}

function password(configured = '') {
  const clock = new FakeClock();
  const kept = book();
  return { clock, kept, password: new StationPassword({ clock, book: kept }, () => configured) };
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

test('a hash names its parameters, differs each time, and fits only its password, however an accent is written', async () => {
  const hasher = new PasswordHasher();
  const [a, b] = await Promise.all([hasher.hash('grün wie Gras'), hasher.hash('grün wie Gras')]);
  assert.match(a, /^scrypt\$16384\$8\$1\$/);
  assert.is.not(a, b);
  assert.ok(await hasher.matches('grün wie Gras', a));
  assert.ok(await hasher.matches('gru\u0308n wie Gras', b));
  assert.not(await hasher.matches('grun wie Gras', a));
  assert.not(await hasher.matches('', a));
});

test('what is no hash, or would take more memory than there is, fits nothing', async () => {
  const hasher = new PasswordHasher();
  const salt = 'A'.repeat(22);
  const hash = 'B'.repeat(43);
  for (const stored of [
    '',
    'correct horse',
    `scrypt$16384$8$1$${salt}$${hash.slice(1)}`,
    `scrypt$1048576$8$1$${salt}$${hash}`,
    `scrypt$16384$8$99$${salt}$${hash}`,
    `scrypt$16383$8$1$${salt}$${hash}`,
    `scrypt$0$8$1$${salt}$${hash}`,
  ]) {
    assert.not(isPasswordHash(stored), stored);
    assert.not(await hasher.matches('correct horse', stored), stored);
  }
  assert.ok(isPasswordHash(`scrypt$16384$8$1$${salt}$${hash}`));
});

test('where there is none, nothing fits, not even nothing', async () => {
  const { password: none } = password();
  assert.is(none.origin, 'none');
  for (const given of ['', 'x', '\0']) assert.is(await none.check(given), false);
});

test('one that is right is not looked at again for some minutes, and its memory ends with the password', async () => {
  const { clock, password: mine } = password();
  await mine.set('correct horse', false);
  const slow = await msOf(() => mine.check('correct horse'));
  let quick = 0;
  for (let i = 0; i < 20; i++) quick += await msOf(() => mine.check('correct horse'));
  assert.ok(quick < slow, `20 times ${quick} ms, once ${slow} ms`);
  clock.advance(301_000);
  const late = await msOf(() => mine.check('correct horse'));
  assert.ok(late > quick / 20, `${late} ms`);
  await mine.set('battery staple', true);
  assert.is(await mine.check('correct horse'), false);
  assert.is(await mine.check('battery staple'), true);
});

test('many that ask at once with the same password cost one look; with many, most are told to come again', async () => {
  const { password: mine } = password();
  await mine.set('correct horse', false);
  const same = await Promise.all(Array.from({ length: 100 }, () => mine.check('correct horse')));
  assert.ok(same.every((answer) => answer === true));
  const other = await Promise.all(Array.from({ length: 100 }, (_, index) => mine.check(`guess ${index}`)));
  assert.ok(other.filter((answer) => answer === false).length <= 12);
  assert.ok(other.some((answer) => answer === 'busy'));
  assert.is(await mine.check('guess'), false);
});

test('the one of the configuration counts alone, and cannot be set', async () => {
  const { kept, password: mine } = password('from the file');
  assert.is(mine.origin, 'configured');
  assert.is(await mine.check('from the file'), true);
  assert.is(await mine.check('from the fil'), false);
  const code = await mine.set('another one', true).catch((error) => error.code);
  assert.is(code, 'access.password-configured');
  assert.is(kept.record, EMPTY_RECORD);
});

test('too short and too long ones are refused', async () => {
  const { password: mine } = password();
  for (const wished of ['', 'seven77', 'x'.repeat(201)]) {
    assert.is(await mine.set(wished, false).catch((error) => error.code), 'access.password-length', wished);
  }
  assert.is(mine.origin, 'none');
});

test.run();
