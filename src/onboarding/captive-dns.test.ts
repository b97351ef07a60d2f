import { Resolver } from 'node:dns/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { CaptiveDns } from './captive-dns.ts';

const test = suite('name server of the access point');

test('a resolver is told so over the network', async () => {
  await using dns = new CaptiveDns('127.0.0.1', 0);
  const port = await dns.start();
  const resolver = new Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  assert.equal(await resolver.resolve4('connectivitycheck.gstatic.com'), ['127.0.0.1']);
  const none = await resolver.resolve6('example.org').catch((error: NodeJS.ErrnoException) => error.code);
  assert.is(none, 'ENODATA');
  const other = new CaptiveDns('127.0.0.1', port);
  const refused = await other.start().catch((error: { code?: string }) => error.code);
  assert.is(refused, 'onboarding.dns');
});

test.run();
