/**
 * A program for the installed Node: starts Pipit, asks it for its health, a second of sound and a picture, stops it, and
 * prints what came. It has no imports from here, as it runs elsewhere.
 */
export const RUN_STATION = `
import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';

const config = mkdtempSync('/tmp/station-') + '/config.hcl';
writeFileSync(config, 'source "mic" {\\n  type = "demo"\\n}\\ncamera "card" {\\n  type = "test"\\n}\\n');
const child = spawn('/usr/bin/pipit', ['-c', config], { stdio: ['ignore', 'pipe', 'pipe'] });
let output = '';
for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => { output += text; });
const base = 'http://127.0.0.1:8001';
const until = Date.now() + 150_000;

async function tried(what, ask) {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > until || child.exitCode !== null) throw new Error(what + ': ' + error.message + '\\n' + output);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

async function bytes(path, least, type) {
  const response = await fetch(base + path, { signal: AbortSignal.timeout(60_000) });
  if (!response.ok || !response.headers.get('content-type').startsWith(type)) throw new Error('answers ' + response.status);
  let length = 0;
  for await (const chunk of response.body) if ((length += chunk.length) >= least) break;
  if (length < least) throw new Error('only ' + length + ' bytes');
  return length;
}

const health = await tried('/healthz', async () => (await fetch(base + '/healthz')).json());
const begun = performance.now();
const sound = await tried('/stream', () => bytes('/stream', 48_000, 'audio/'));
const picture = await tried('/camera.jpg', () => bytes('/camera.jpg', 1_000, 'image/jpeg'));
const page = await tried('/', () => bytes('/', 500, 'text/html'));
const stopped = new Promise((resolve) => child.once('exit', resolve));
child.kill('SIGTERM');
const code = await stopped;
if (code !== 0) throw new Error('it ended with ' + code + '\\n' + output);
console.log(health.status + ', ' + sound + ' bytes of sound, ' + picture + ' of a picture, ' + page + ' of the page');
`;
