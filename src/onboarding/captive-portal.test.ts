import { request } from 'node:http';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { WifiNetwork } from '../hardware/wifi.ts';
import { launchBrowser } from '../testkit/browser.ts';
import { until } from '../testkit/until.ts';
import { CaptivePortal, type PortalChoice, type PortalOwner } from './captive-portal.ts';
import { type PortalProblem, readerOf } from './portal-words.ts';

const test = suite('page of the access point');

const network = (ssid: string, signalPercent = 80, isSecured = true): WifiNetwork => ({
  ssid,
  signalPercent,
  isSecured,
  isCurrent: false,
  isKnown: false,
});

const NETWORKS = [
  network('Home & "Garden" <3', 92),
  network('FRITZ!Box 7590 with the longest name'.slice(0, 32), 55),
  network('Café', 20, false),
];

class Portal {
  networks: readonly WifiNetwork[] = NETWORKS;
  problem: { what: PortalProblem; ssid: string } | undefined;
  country = '';
  visits = 0;
  readonly choices: PortalChoice[] = [];
  /** Empty: the station has none. */
  password = '';
  readonly givenFrom: string[] = [];
  readonly server = new CaptivePortal(
    {
      owner: this.#owner(),
      networks: () => this.networks,
      lookAgain: async () => {
        this.networks = [...this.networks, network('New')];
      },
      problem: () => this.problem,
      country: () => this.country,
      onVisit: () => {
        this.visits++;
      },
      onChoice: (choice) => void this.choices.push(choice),
    },
    {
      address: '127.0.0.1',
      port: 0,
      ownSsid: 'Pipit-03FA',
      laterUrls: ['http://pipit.local:8001/'],
    },
  );

  #owner(): PortalOwner {
    const isAsked = () => this.password !== '';
    return {
      get isAsked() {
        return isAsked();
      },
      refuse: async (given, address) => {
        this.givenFrom.push(address);
        return given === this.password ? undefined : 'not-owner';
      },
    };
  }
}

const withPortal = async (check: (portal: Portal, url: string) => Promise<void>): Promise<void> => {
  const portal = new Portal();
  await using server = portal.server;
  await check(portal, await server.start());
};

/** A request under any name, as a phone sends it whose name server tells it that all names are here. */
function ask(url: string, host: string, path: string): Promise<{ status: number; location: string | undefined }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; location: string | undefined }>();
  const { hostname, port } = new URL(url);
  const asked = request({ hostname, port, path, headers: { host } }, (response) => {
    response.resume();
    resolve({ status: response.statusCode ?? 0, location: response.headers.location });
  });
  asked.on('error', reject);
  asked.end();
  return promise;
}

const join = (url: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${url}join`, { method: 'POST', body: new URLSearchParams(fields), headers, redirect: 'manual' });

test('what phones and computers look for leads to the page', () =>
  withPortal(async (portal, url) => {
    for (const [host, path] of [
      ['captive.apple.com', '/hotspot-detect.html'],
      ['connectivitycheck.gstatic.com', '/generate_204'],
      ['www.msftconnecttest.com', '/connecttest.txt'],
      ['www.msftncsi.com', '/ncsi.txt'],
      ['detectportal.firefox.com', '/success.txt'],
      ['nmcheck.gnome.org', '/check_network_status.txt'],
    ] as const) {
      assert.equal(await ask(url, host, path), { status: 302, location: url }, host);
    }
    assert.equal(await ask(url, new URL(url).host, '/favicon.ico'), { status: 302, location: url });
    assert.is(portal.visits, 0);
  }));

test('the page lists networks, whatever they are called', () =>
  withPortal(async (portal, url) => {
    const html = await (await fetch(url, { headers: { 'accept-language': 'de-AT,de;q=0.9' } })).text();
    assert.match(html, '<html lang="de">');
    assert.match(html, 'value="Home &#38; &#34;Garden&#34; &#60;3"');
    assert.not.match(html, '<3');
    assert.match(html, 'ohne Passwort');
    assert.match(html, /<option value="AT" selected>Österreich/);
    assert.ok(html.length < 40_000);
    assert.is(portal.visits, 1);
  }));

test('it leads to nothing but itself', () =>
  withPortal(async (_, url) => {
    const html = await (await fetch(url)).text();
    const targets = [...html.matchAll(/(?:href|action|src)="([^"]*)"/g)].map(([, target]) => target);
    assert.equal(targets, ['data:,', '/join', '/again']);
  }));

test('who looks again sees what has come', () =>
  withPortal(async (_, url) => {
    const html = await (await fetch(`${url}again`)).text();
    assert.match(html, 'value="New"');
  }));

test('a choice is told once the answer is sent', () =>
  withPortal(async (portal, url) => {
    const answer = await join(url, { ssid: 'Home & "Garden" <3', other: '', password: 'right horse', country: 'DE' });
    const html = await answer.text();
    assert.is(answer.status, 200);
    assert.match(html, 'http://pipit.local:8001/');
    assert.match(html, 'Pipit-03FA');
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(portal.choices, [{ ssid: 'Home & "Garden" <3', password: 'right horse', country: 'DE' }]);
    await (await join(url, { ssid: '', other: ' hidden one ', password: '', country: 'Atlantis' })).text();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(portal.choices[1], { ssid: 'hidden one', password: '', country: '' });
  }));

test('once the station has a password, only who knows it chooses its network', () =>
  withPortal(async (portal, url) => {
    assert.not.match(await (await fetch(url)).text(), 'name="owner"');
    portal.password = 'correct horse';
    const shown = await (await fetch(url)).text();
    assert.match(shown, /<input name="owner" type="password"/);
    assert.match(shown, 'reset-password');
    const fields = { ssid: 'Café', password: '', country: 'CH' };
    for (const owner of [undefined, 'wrong horse']) {
      const html = await (await join(url, owner === undefined ? fields : { ...fields, owner })).text();
      assert.match(html, /role="alert">The password of this Pipit/);
      assert.match(html, /value="Café" checked/);
      assert.not.match(html, 'wrong horse');
    }
    assert.equal(portal.choices, []);
    await (await join(url, { ...fields, owner: 'correct horse' })).text();
    await until('it is told', () => portal.choices.length > 0);
    assert.equal(portal.choices, [fields]);
    assert.equal(portal.givenFrom, ['127.0.0.1', '127.0.0.1', '127.0.0.1']);
  }));

test('what can’t be right is said at once, and the password is never shown', () =>
  withPortal(async (portal, url) => {
    const wrong: Record<string, string>[] = [
      {},
      { ssid: '', password: 'x' },
      { ssid: 'x'.repeat(33) },
      { ssid: 'Café', password: 'short' },
    ];
    for (const fields of wrong) {
      const html = await (await join(url, fields)).text();
      assert.match(html, 'role="alert"');
      assert.not.match(html, 'short');
    }
    const kept = await (await join(url, { ssid: 'Café', password: 'short', country: 'CH' })).text();
    assert.match(kept, /value="Café" checked/);
    assert.match(kept, /value="CH" selected/);
    assert.equal(portal.choices, []);
  }));

test('pages of others and long ones are turned away', () =>
  withPortal(async (portal, url) => {
    const fields = { ssid: 'Café', password: '' };
    assert.is((await join(url, fields, { origin: 'http://evil.example' })).status, 302);
    const long = await join(url, { ssid: 'x'.repeat(5_000) }).then(
      () => 'answered',
      () => 'cut',
    );
    assert.is(long, 'cut');
    assert.equal(portal.choices, []);
  }));

test('the language and the country come from what the browser asks for', () => {
  assert.equal(readerOf('fr-CH, fr;q=0.9, en;q=0.8'), { language: 'fr', country: 'CH' });
  assert.equal(readerOf('nl-NL,en-GB;q=0.7'), { language: 'en', country: 'NL' });
  assert.equal(readerOf('en;q=0.1,de;q=0.9'), { language: 'de', country: 'DE' });
  assert.equal(readerOf('zh-Hant-TW'), { language: 'en', country: 'TW' });
  assert.equal(readerOf('*'), { language: 'en', country: '' });
  assert.equal(readerOf(undefined), { language: 'en', country: '' });
});

test('it fits the smallest phone, and works without a script', () =>
  withPortal(async (portal, url) => {
    const browser = await launchBrowser();
    try {
      portal.problem = { what: 'refused', ssid: 'Home & "Garden" <3' };
      for (const [width, locale, colorScheme] of [
        [320, 'fr', 'dark'],
        [360, 'en', 'light'],
      ] as const) {
        const context = await browser.newContext({
          viewport: { width, height: 740 },
          locale,
          colorScheme,
          javaScriptEnabled: false,
        });
        const page = await context.newPage();
        await page.goto(url);
        if (process.env['SHOTS'])
          await page.screenshot({ path: `${process.env['SHOTS']}/portal-${width}.png`, fullPage: true });
        const box = await page.locator('main').boundingBox();
        assert.ok(box !== null && box.x >= 0 && box.x + box.width <= width, `${width}: ${JSON.stringify(box)}`);
        await page.locator('input[name=password]').fill('right horse');
        await page.locator('button').click();
        await page.waitForURL(/\/join$/);
        if (process.env['SHOTS'])
          await page.screenshot({ path: `${process.env['SHOTS']}/joining-${width}.png`, fullPage: true });
        await context.close();
      }
      assert.is(portal.choices.length, 2);
      assert.is(portal.choices[0]?.ssid, 'Home & "Garden" <3');
    } finally {
      await browser.close();
    }
  }));

test.run();
