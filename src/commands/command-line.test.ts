import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseCommandLine } from './command-line.ts';

const test = suite('command-line');

test('it runs with the file that is named, or finds one', () => {
  assert.equal(parseCommandLine([]), { name: 'run', configFile: undefined });
  assert.equal(parseCommandLine(['-c', 'x.hcl']), { name: 'run', configFile: 'x.hcl' });
});

test('it checks, lists devices, helps and tells its version', () => {
  assert.equal(parseCommandLine(['--check', '-c', 'x.hcl']), { name: 'check', configFile: 'x.hcl' });
  assert.is(parseCommandLine(['devices']).name, 'devices');
  assert.is(parseCommandLine(['--help']).name, 'help');
  assert.is(parseCommandLine(['--version']).name, 'version');
});

test('what it does not know is refused by name', () => {
  assert.throws(() => parseCommandLine(['serve']), /no command "serve"/);
  assert.throws(() => parseCommandLine(['--port', '1']), /--port/);
  assert.throws(() => parseCommandLine(['-c']), /-c/);
});

test.run();
