import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PipitError } from '../core/errors.ts';
import { Card } from './card.ts';
import { MAX_CARD_FILE_BYTES } from './card-text.ts';

const test = suite<{ folder: string; card: Card }>('card');

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'pipit-card-'));
  context.card = new Card(context.folder);
});

test.after.each(({ folder }) => rmSync(folder, { recursive: true, force: true }));

async function refusalOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PipitError) return error.code;
    throw error;
  }
  return 'none';
}

test('a file comes whole or not at all: half of one ends in the middle of a letter', async ({ folder, card }) => {
  const [most, more] = [MAX_CARD_FILE_BYTES, MAX_CARD_FILE_BYTES + 2].map((bytes) => 'ü'.repeat(bytes / 2));
  writeFileSync(join(folder, 'pipit.txt'), most ?? '');
  assert.is((await card.read('pipit.txt'))?.length, MAX_CARD_FILE_BYTES);
  writeFileSync(join(folder, 'pipit.txt'), more ?? '');
  assert.is(await refusalOf(card.read('pipit.txt')), 'onboarding.card-file-size');
});

test('what is not there and what is a folder is nothing', async ({ folder, card }) => {
  mkdirSync(join(folder, 'user-data'));
  assert.is(await card.read('pipit.txt'), undefined);
  assert.is(await card.read('user-data'), undefined);
});

test('what can not be written leaves nothing that takes room', async ({ folder, card }) => {
  mkdirSync(join(folder, 'pipit.txt'));
  assert.is(await refusalOf(card.write('pipit.txt', 'x')), 'onboarding.card');
  assert.equal(readdirSync(folder), ['pipit.txt']);
  await card.write('other.txt', Uint8Array.of(0xff, 0x0a));
  assert.equal([...readFileSync(join(folder, 'other.txt'))], [0xff, 0x0a]);
});

test.run();
