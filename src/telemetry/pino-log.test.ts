import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PinoLog } from './pino-log.ts';

const test = suite('pino-log');

function record(forJournal: boolean, level: 'debug' | 'info' = 'info') {
  const lines: string[] = [];
  return { lines, log: PinoLog.open({ level, forJournal, write: (line) => lines.push(line) }) };
}

test('each level has the priority that journald knows', () => {
  const { log, lines } = record(true, 'debug');
  log.debug('d');
  log.info('i');
  log.notice('n');
  log.warning('w');
  log.error('e');
  log.crit('c');
  assert.equal(lines, ['<7>d\n', '<6>i\n', '<5>n\n', '<4>w\n', '<3>e\n', '<2>c\n']);
});

test('a room and fields stand in the line', () => {
  const { log, lines } = record(true);
  log.room('mic').warning('lost', { code: 'capture.unplugged', count: 3 });
  assert.equal(lines, ['<4>mic: lost code=capture.unplugged count=3\n']);
});

test('a terminal gets the time and the name of the level', () => {
  const { log, lines } = record(false);
  log.notice('ready');
  assert.match(lines[0] ?? '', /^\d\d:\d\d:\d\d\.\d{3} notice {2}ready\n$/);
});

test('lines are kept in their parts, as they were written', () => {
  const kept: unknown[] = [];
  const log = PinoLog.open({
    level: 'info',
    forJournal: true,
    write: () => {},
    keep: (level, room, text, timeMs) => kept.push([level, room, text, typeof timeMs]),
  });
  log.room('mic').warning('lost\nagain', { count: 3 });
  log.debug('left out');
  log.notice('ready');
  assert.equal(kept, [
    ['warning', 'mic', 'lost again count=3', 'number'],
    ['notice', '', 'ready', 'number'],
  ]);
});

test('nobody can forge a line', () => {
  const { log, lines } = record(true);
  log.info('from a client: x\n<2>forged', { agent: 'a\r\nb' });
  assert.is(lines.join('').split('\n').length, 2);
});

test('debug lines are left out unless asked for, at run time too', () => {
  const { log, lines } = record(true);
  log.debug('no');
  log.level = 'debug';
  log.debug('yes');
  assert.equal(lines, ['<7>yes\n']);
});

test.run();
