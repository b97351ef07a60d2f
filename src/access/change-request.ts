import type { Peer } from './trusted-proxies.ts';

/** What is known of a request that wants something. Header values as sent. */
export interface ChangeRequest extends Partial<Omit<Peer, 'address'>> {
  /** Of the other end of the connection, which may be a proxy. */
  readonly address: string;
  /** Absent: one that changes something. */
  readonly method?: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** `Sec-Fetch-Site`, which browsers send over https and to localhost. */
  readonly fetchSite?: string | undefined;
  readonly authorization: string | undefined;
  readonly cookie?: string | undefined;
  /** `?token=` of the URL. */
  readonly token?: string | undefined;
  /** Some proxy has passed it on, be it one that is believed or not. */
  readonly isForwarded?: boolean;
  /** The page of this station asks, which asks for the password itself: the browser need not. */
  readonly isPage?: boolean;
}

/** What is not in the headers. */
export interface RequestLine {
  readonly method: string;
  readonly address: string;
  readonly isEncrypted: boolean;
  readonly token: string | undefined;
}

/** @param header the value of a header by its name in lower case */
export function changeRequest(header: (name: string) => string | undefined, line: RequestLine): ChangeRequest {
  const isForwarded = PROXY_HEADERS.some((name) => header(name) !== undefined);
  return {
    ...line,
    host: header('host'),
    origin: header('origin'),
    fetchSite: header('sec-fetch-site'),
    authorization: header('authorization'),
    cookie: header('cookie'),
    forwardedFor: header('x-forwarded-for'),
    forwardedProto: header('x-forwarded-proto'),
    isForwarded,
    isPage: header('x-pipit-page') !== undefined,
  };
}

/** Methods that change nothing (RFC 9110, 9.2.1). */
export function isSafe(method: string | undefined): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

const PROXY_HEADERS = ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via', 'x-forwarded-host'];
