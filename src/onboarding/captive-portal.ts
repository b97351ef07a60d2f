import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NetworkError } from '../core/errors.ts';
import { plainAddress } from '../core/plain-address.ts';
import { isSsid, isWifiPassword, type WifiNetwork } from '../hardware/wifi.ts';
import { isCountry } from './countries.ts';
import { joiningPage, networksPage } from './portal-page.ts';
import { type OwnerProblem, type PortalProblem, readerOf, WORDS } from './portal-words.ts';

/** What somebody chose on the page. */
export interface PortalChoice {
  readonly ssid: string;
  /** Empty: none. */
  readonly password: string;
  /** Empty: not chosen. */
  readonly country: string;
}

/** Whoever knows the station's password, once it has one: nobody else chooses its network. */
export interface PortalOwner {
  /** Whether there is one to be asked for. */
  readonly isAsked: boolean;
  /**
   * Takes its time with what is wrong.
   * @param address of who gives it
   * @returns undefined for the owner
   */
  refuse(password: string, address: string): Promise<OwnerProblem | undefined>;
}

export interface CaptivePortalDeps {
  readonly owner: PortalOwner;
  /** In reach, as far as is known. */
  readonly networks: () => readonly WifiNetwork[];
  /** Looks what is in reach now. */
  readonly lookAgain: () => Promise<void>;
  readonly problem: () => { readonly what: PortalProblem; readonly ssid: string } | undefined;
  readonly country: () => string;
  readonly onVisit: () => void;
  /** The answer has been sent. */
  readonly onChoice: (choice: PortalChoice) => void;
}

export interface CaptivePortalOptions {
  /** Where phones that join get their addresses of; it listens there and nowhere else. */
  readonly address: string;
  readonly port: number;
  /** Of the access point. */
  readonly ownSsid: string;
  /** Where the page is to be found later: `http://pipit.local:8001/`. */
  readonly laterUrls: readonly string[];
}

const MAX_BODY_BYTES = 4 * 1024;
const BODY_MS = 10_000;
const MAX_CONNECTIONS = 64;

/**
 * The page that phones open by themselves when they join the access point. They look for a page of their makers' that is
 * known to them (`/generate_204`, `/hotspot-detect.html`, `/connecttest.txt`, …): every name leads here, and whoever asks
 * for another host than this address is sent to it, which tells them that there is something to sign in to (RFC 8952,
 * 2.2). No script, no cookie.
 */
export class CaptivePortal implements AsyncDisposable {
  readonly #deps: CaptivePortalDeps;
  readonly #options: CaptivePortalOptions;
  #server: Server | undefined;
  #base = '';
  #looking: Promise<void> | undefined;

  constructor(deps: CaptivePortalDeps, options: CaptivePortalOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  /**
   * @returns its URL
   * @throws NetworkError `onboarding.portal`
   */
  async start(): Promise<string> {
    const { address, port } = this.#options;
    const server = createServer({ requestTimeout: BODY_MS, headersTimeout: BODY_MS, keepAliveTimeout: 5_000 });
    this.#server = server;
    server.maxConnections = MAX_CONNECTIONS;
    server.on('request', (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    try {
      server.listen(port, address);
      await once(server, 'listening');
    } catch (cause) {
      await this[Symbol.asyncDispose]();
      throw new NetworkError('onboarding.portal', `Port ${port} can't be used: ${(cause as Error).message}`, {
        remedy: 'See: ss -tlnp',
        cause,
      });
    }
    const used = (server.address() as AddressInfo).port;
    this.#base = `http://${address}${used === 80 ? '' : `:${used}`}`;
    return `${this.#base}/`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0];
    if (`http://${request.headers.host}` !== this.#base) return this.#redirect(response);
    if (path === '/again' && request.method === 'GET') {
      this.#deps.onVisit();
      this.#looking ??= this.#deps.lookAgain().finally(() => {
        this.#looking = undefined;
      });
      await this.#looking;
      return this.#redirect(response);
    }
    if (path === '/' && (request.method === 'GET' || request.method === 'HEAD')) {
      this.#deps.onVisit();
      return this.#show(request, response, this.#deps.problem());
    }
    if (path === '/join' && request.method === 'POST') return this.#join(request, response);
    this.#redirect(response);
  }

  #redirect(response: ServerResponse): void {
    response.writeHead(302, { Location: `${this.#base}/`, 'Cache-Control': 'no-store', 'Content-Length': 0 });
    response.end();
  }

  #show(
    request: IncomingMessage,
    response: ServerResponse,
    problem: ReturnType<CaptivePortalDeps['problem']>,
    country = this.#deps.country(),
  ): void {
    const reader = readerOf(request.headers['accept-language']);
    const { networks, owner } = this.#deps;
    const sight = { networks: networks(), problem, country, isOwnerAsked: owner.isAsked };
    send(response, 200, networksPage(sight, WORDS[reader.language], reader));
  }

  async #join(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A page of elsewhere can't be here, since every name is ours; it costs nothing to look.
    const { origin } = request.headers;
    if (origin !== undefined && origin !== 'null' && origin !== this.#base) return this.#redirect(response);
    const address = plainAddress(request.socket.remoteAddress);
    const form = new URLSearchParams(await bodyOf(request));
    const ssid = form.get('ssid') || (form.get('other') ?? '').trim();
    const password = form.get('password') ?? '';
    const country = (form.get('country') ?? '').toUpperCase();
    this.#deps.onVisit();
    if (!isSsid(ssid)) return this.#show(request, response, { what: 'name', ssid: '' }, country);
    if (password !== '' && !isWifiPassword(password)) {
      return this.#show(request, response, { what: 'password', ssid }, country);
    }
    const why = await this.#deps.owner.refuse(form.get('owner') ?? '', address);
    if (why !== undefined) return this.#show(request, response, { what: why, ssid }, country);
    const choice = { ssid, password, country: isCountry(country) ? country : '' };
    // Whoever knew the password may have gone while it was looked at.
    if (response.closed) return this.#deps.onChoice(choice);
    const { laterUrls: urls, ownSsid } = this.#options;
    const reader = readerOf(request.headers['accept-language']);
    response.once('close', () => this.#deps.onChoice(choice));
    response.setHeader('Connection', 'close');
    send(response, 200, joiningPage({ ssid, ownSsid, urls }, WORDS[reader.language], reader));
  }
}

function send(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(html),
    'Cache-Control': 'no-store',
    'Content-Security-Policy':
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
  });
  response.end(html);
}

/** @throws Error for one that is too long */
async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_BODY_BYTES) throw new Error('too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
