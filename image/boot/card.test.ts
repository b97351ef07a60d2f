import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const test = suite('settings of the firmware on the card');

const FOLDER = join(import.meta.dirname, 'card');
/** The firmware reads no more of a line (config.txt, "File format"). */
const MOST_CHARACTERS = 98;

/** Settings, and those that wait behind a # for somebody to want them. */
function settings(): { readonly file: string; readonly line: string }[] {
  return readdirSync(FOLDER).flatMap((file) =>
    readFileSync(join(FOLDER, file), 'utf8')
      .split('\n')
      .filter((line) => /^#?[a-z0-9_]+=/.test(line))
      .map((line) => ({ file, line: line.replace(/^#/, '') })),
  );
}

test('nothing stands behind a setting: the firmware would take it for a part of it', () => {
  assert.ok(settings().length > 10);
  for (const { file, line } of settings()) {
    assert.not.match(line, /[\s#]/, file);
    assert.ok(line.length <= MOST_CHARACTERS, `${file}: ${line}`);
  }
});

test('every line is a remark, a filter, a setting or a file to read', () => {
  for (const file of readdirSync(FOLDER)) {
    for (const line of readFileSync(join(FOLDER, file), 'utf8').split('\n')) {
      assert.match(line, /^(?:|#.*|\[\w+\]|\w+=\S+|include \S+)$/, file);
    }
  }
});

test.run();
