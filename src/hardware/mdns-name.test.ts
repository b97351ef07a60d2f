import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { mdnsName } from './mdns-name.ts';

const test = suite('name on the network');

test('busctl is asked for the name, and nothing is made of what it says wrong', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pipit-busctl-'));
  try {
    const busctl = join(directory, 'busctl');
    const says = (text: string, exitCode = 0): Promise<string | undefined> => {
      writeFileSync(busctl, `#!/bin/sh\ncat <<'X'\n${text}\nX\nexit ${exitCode}\n`);
      chmodSync(busctl, 0o755);
      return mdnsName(busctl);
    };
    assert.is(await says('{"type":"s","data":["pipit-2.local"]}'), 'pipit-2.local');
    assert.is(await says('{"type":"s","data":["a b"]}'), undefined);
    assert.is(await says('Call failed', 1), undefined);
    assert.is(await says('nonsense'), undefined);
    assert.is(await mdnsName(join(directory, 'none')), undefined);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test.run();
