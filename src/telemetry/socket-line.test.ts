import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { socketKeyOf, socketLineOf } from './socket-line.ts';

const test = suite('socket-line');

const BUSY =
  '0      34752     [::ffff:192.168.1.20]:8001   [::ffff:192.168.1.77]:51234   cubic wscale:7,7 rto:232 rtt:31.508/4.25 ' +
  'mss:1448 pmtu:1500 rcvmss:536 advmss:1448 cwnd:10 ssthresh:8 bytes_sent:2364000 bytes_retrans:14480 ' +
  'bytes_acked:2314768 bytes_received:412 segs_out:1650 segs_in:820 data_segs_out:1648 data_segs_in:1 ' +
  'send 3676526bps lastsnd:12 lastrcv:60120 lastack:12 pacing_rate 4411832bps delivery_rate 1316360bps delivered:1600 ' +
  'busy:42240ms rwnd_limited:31008ms(73.4%) sndbuf_limited:12ms(0.0%) unacked:24 retrans:0/10 rcv_space:14600 ' +
  'rcv_ssthresh:64076 notsent:0 minrtt:12.25 snd_wnd:64256';
const FRESH =
  '0      0        [2001:db8::5%eth0]:8001        [fe80::1%eth0]:40008 bbr wscale:10,10 rto:204 rtt:0.115/0.021 ' +
  'mss:53760 cwnd:18 bytes_sent:365000 bytes_acked:365000 bbr:(bw:14335986328bps,mrtt:0.02,pacing_gain:2.88672) ' +
  'send 67316869565bps delivery_rate 14336.5Mbps delivered:74 app_limited busy:8ms minrtt:0.02';

test('a connection over which much has gone is read', () => {
  assert.equal(socketLineOf(BUSY), {
    key: '192.168.1.77 51234',
    rttMs: 31.508,
    minRttMs: 12.25,
    sentBytes: 2364000,
    resentBytes: 14480,
    receiverLimitedMs: 31008,
    deliveryKbps: 1316.36,
    isAppLimited: false,
  });
});

test('what the kernel leaves out is nothing, or unknown', () => {
  assert.equal(socketLineOf(FRESH), {
    key: 'fe80::1 40008',
    rttMs: 0.115,
    minRttMs: 0.02,
    sentBytes: 365000,
    resentBytes: 0,
    receiverLimitedMs: 0,
    deliveryKbps: 14336500,
    isAppLimited: true,
  });
  const { rttMs, minRttMs, deliveryKbps, sentBytes } = socketLineOf('0 0 10.0.0.1:8001 10.0.0.2:99 cubic ') ?? {};
  assert.equal([rttMs, minRttMs, deliveryKbps, sentBytes], [undefined, undefined, undefined, 0]);
});

test('an address is the same however it is written', () => {
  for (const [address, key] of [
    ['192.168.1.77', '192.168.1.77 5'],
    ['::ffff:192.168.1.77', '192.168.1.77 5'],
    ['fe80::1%wlan0', 'fe80::1 5'],
    ['::1', '::1 5'],
    ['::ffff:0:1', '::ffff:0:1 5'],
  ] as const) {
    assert.is(socketKeyOf(address, 5), key);
    const end = address.includes(':') ? `[${address}]` : address;
    assert.is(socketLineOf(`0 0 10.0.0.1:8001 ${end}:5 cubic rtt:1/1`)?.key, key);
  }
});

test('what is no connection is none', () => {
  for (const line of [
    '',
    '.',
    'Netid State Recv-Q Send-Q',
    '0 0 *:* *:* x',
    '0 0 10.0.0.1:8001',
    `${BUSY.slice(0, 60)}`,
  ]) {
    assert.is(socketLineOf(line), undefined, line);
  }
});

test('a line that was cut, mixed up or made up gives sensible figures or nothing', () => {
  const piece = fc.oneof(
    fc.constantFrom(...BUSY.split(' '), ...FRESH.split(' '), '[', ']:', 'rtt:', 'bytes_sent:-5', 'bytes_sent:1e400'),
    fc.string(),
  );
  const line = fc.oneof(
    fc.string(),
    fc.array(piece).map((pieces) => `0 0 10.0.0.1:8001 10.0.0.2:99 ${pieces.join(' ')}`),
    fc.nat(BUSY.length).map((length) => BUSY.slice(0, length)),
  );
  void fc.assert(
    fc.property(line, (text) => {
      const found = socketLineOf(text);
      if (found === undefined) return;
      assert.match(found.key, /^[\d.a-f:\w-]+ \d+$/i);
      const figures = [found.rttMs, found.minRttMs, found.sentBytes, found.resentBytes, found.deliveryKbps];
      for (const figure of [...figures, found.receiverLimitedMs]) {
        assert.ok(figure === undefined || (Number.isFinite(figure) && figure >= 0), `${figure}`);
      }
    }),
  );
});

test('an absurd line takes no time', () => {
  const before = performance.now();
  for (const text of ['[:'.repeat(8_000), `0 0 ${'a:'.repeat(8_000)}`, `0 0 a ${'1'.repeat(16_000)}`]) {
    assert.is(socketLineOf(text), undefined);
  }
  assert.ok(performance.now() - before < 2_000);
});

test.run();
