import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { describeAgent } from './device-agent.ts';

const test = suite('device agent');

const GECKO = 'Mozilla/5.0';
const WEBKIT = 'AppleWebKit/537.36 (KHTML, like Gecko)';

test('browsers and programs are called as people call them', () => {
  const agents: Readonly<Record<string, string>> = {
    [`${GECKO} (Android 14; Mobile; rv:133.0) Gecko/133.0 Firefox/133.0`]: 'Firefox on Android',
    [`${GECKO} (X11; Linux aarch64) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36`]: 'Chrome on Linux',
    [`${GECKO} (Windows NT 10.0; Win64; x64) ${WEBKIT} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0`]:
      'Edge on Windows',
    [`${GECKO} (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Safari/604.1`]:
      'Safari on iPhone',
    [`${GECKO} (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15`]:
      'Safari on macOS',
    [`${GECKO} (SmartTV)`]: 'Browser',
    'VLC/3.0.21 LibVLC/3.0.21': 'VLC',
    'Lavf/61.1.100': 'Lavf',
    'GStreamer souphttpsrc 1.24.2 libsoup/3.4.4': 'GStreamer souphttpsrc 1.24.2 libsoup',
    'curl/8.5.0': 'curl',
    '': '',
    '/': '',
    '<script>alert(1)</script>': 'scriptalert',
  };
  for (const [agent, words] of Object.entries(agents)) assert.is(describeAgent(agent), words);
  assert.is(describeAgent(undefined), '');
});

test('whatever is sent becomes a short line of plain characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), fc.boolean(), (text, isBrowser) => {
      const words = describeAgent(isBrowser ? `Mozilla/5.0 ${text}` : text);
      assert.ok(words.length <= 40);
      assert.match(words, /^[\p{L}\p{N} ._+-]*$/u);
    }),
  );
});

test.run();
