import { suite } from 'uvu';
import * as assert from 'uvu/assert';

type Reasons = readonly { readonly code: string; readonly sentence: string }[];
interface Words {
  rungWords(rung: string): string;
  mbpsFigure(mbps: number): string;
  agoWords(seconds: number | null): string;
  sourceWords(link: { source: string; age_seconds: number | null; lower_bound: boolean }): string;
  heardWhy(reasons: Reasons): string;
  decisionWhy(reasons: Reasons): string[];
}

const test = suite('quality words');
// The page's words are those of its address.
Object.assign(globalThis, { location: { search: '?lang=en' } });
const words = (await import(new URL('ui/now/quality-words.js', import.meta.url).href)) as Words;

test('a rung is called by its level and what it comes to', () => {
  assert.equal(['mp3@64', 'mp3@256', 'aac@320', 'opus@32', 'flac@lossless'].map(words.rungWords), [
    'Low, 64 kbit/s',
    'High, 256 kbit/s',
    'Ultra, 320 kbit/s, AAC',
    'Lowest, 32 kbit/s mono, Opus',
    'Lossless, FLAC',
  ]);
});

test('figures are as exact as they are of use', () => {
  assert.equal([0.008, 0.31, 2, 3.14, 9.96, 286.9].map(words.mbpsFigure), ['0.01', '0.3', '2', '3.1', '10', '287']);
  assert.equal([null, 3, 50, 130, 7300, 200_000].map(words.agoWords), [
    'just now',
    'just now',
    '1 min ago',
    '2 min ago',
    '2 h ago',
    '2 days ago',
  ]);
});

test('it is said where the figure of a link comes from', () => {
  const link = { source: 'test', age_seconds: 130, lower_bound: false };
  assert.is(words.sourceWords(link), 'measured 2 min ago');
  assert.match(words.sourceWords({ ...link, source: 'stream', lower_bound: true }), /seen while listening.*at least/);
  assert.match(words.sourceWords({ ...link, source: 'assumed', age_seconds: null }), /^assumed/);
});

test('why something is heard, and why it is recommended, are told apart', () => {
  const reasons = [
    { code: 'heard-link', sentence: 'You hear 64 kbit/s. The link carries no more.' },
    { code: 'link', sentence: 'The link carries 0.7 Mbit/s.' },
  ];
  assert.is(words.heardWhy(reasons), 'The link carries no more.');
  assert.equal(words.decisionWhy(reasons), ['The link carries 0.7 Mbit/s.']);
  assert.is(words.heardWhy([]), '');
});

test.run();
