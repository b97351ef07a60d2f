import { readdirSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DECISION_CODES } from '../quality/decision-reason.ts';
import { HOLD_SENTENCES, SWITCH_SENTENCES } from '../quality/listening-sentences.ts';

type Text = string | Readonly<Record<string, string>>;
type Words = Readonly<Record<string, Readonly<Record<string, Text>>>>;

const LANGUAGES = ['en', 'de', 'fr'];
const UI = new URL('ui/', import.meta.url);

const test = suite('words of the page');

// The page's words are those of its address.
Object.assign(globalThis, { location: { search: '?lang=en' } });

function wordFiles(): string[] {
  return readdirSync(UI, { recursive: true, encoding: 'utf8' }).filter((name) => /(^|\/)words\.js$/.test(name));
}

async function wordsIn(name: string): Promise<Words> {
  return ((await import(new URL(name, UI).href)) as { WORDS: Words }).WORDS;
}

/** Names in braces, in any order. */
function placesOf(text: Text): string[] {
  const all = typeof text === 'string' ? text : Object.values(text).join(' ');
  return [...new Set([...all.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))].sort();
}

test('every view says everything in three languages', async () => {
  const files = wordFiles();
  assert.ok(files.includes('words.js') && files.includes('now/words.js'), files.join());
  for (const file of files) {
    const words = await wordsIn(file);
    assert.equal(Object.keys(words).sort(), [...LANGUAGES].sort(), file);
    const keys = Object.keys(words['en'] ?? {});
    for (const language of LANGUAGES) {
      const texts = words[language] ?? {};
      assert.equal(Object.keys(texts), keys, `${file}, ${language}: same keys in the same order`);
      for (const [key, text] of Object.entries(texts)) {
        const where = `${file}, ${language}: ${key}`;
        const english = words['en']?.[key] ?? '';
        assert.is(typeof text, typeof english, where);
        for (const form of typeof text === 'string' ? [text] : Object.values(text)) {
          assert.ok(form.trim() !== '' && form === form.trim(), where);
        }
        if (typeof text === 'object') assert.equal(Object.keys(text), Object.keys(english), where);
        assert.equal(placesOf(text), placesOf(english), where);
      }
    }
  }
});

test('why Quick Sync decides is said in the other languages for each of its codes', async () => {
  const { REASONS } = (await import(new URL('now/reason-words.js', UI).href)) as { REASONS: Words };
  const codes = [
    ...DECISION_CODES,
    ...Object.keys(SWITCH_SENTENCES).map((code) => `heard-${code}`),
    ...Object.keys(HOLD_SENTENCES).map((code) => `hold-${code}`),
  ].sort();
  for (const language of ['de', 'fr']) assert.equal(Object.keys(REASONS[language] ?? {}).sort(), codes, language);
});

interface Language {
  fill(text: string, values: Readonly<Record<string, string | number>>): string;
  counted(forms: Readonly<Record<string, string>>, n: number): string;
  duration(seconds: number): string;
  bytes(value: number): string;
}

test('texts are filled in and counted, figures are written as people do', async () => {
  const { fill, counted, duration, bytes } = (await import(new URL('language.js', UI).href)) as Language;
  assert.is(fill('{n} of {name}, {unknown}', { n: 1234.56, name: 'a {n}' }), '1,234.6 of a {n}, {unknown}');
  const forms = { one: '{n} listener', other: '{n} listeners' };
  assert.equal(
    [0, 1, 2].map((n) => counted(forms, n)),
    ['0 listeners', '1 listener', '2 listeners'],
  );
  assert.equal([0, 59, 60, 3_725, 90_000, 172_800].map(duration), [
    '0 sec',
    '59 sec',
    '1 min',
    '1 hr 2 min',
    '1 day 1 hr',
    '2 days',
  ]);
  assert.equal([0, 999, 1_500, 2_500_000, 31_000_000].map(bytes), ['0 byte', '999 byte', '1.5 kB', '2.5 MB', '31 MB']);
});

test.run();
