import {
  AccessState,
  Guests,
  Login,
  Logout,
  MadeGuest,
  MadeToken,
  NewGuest,
  NewPassword,
  NewToken,
  Tokens,
} from './access-schemas.ts';
import type { ApiOperation } from './api-operation.ts';

const BODY = { 413: 'The body is too long', 422: 'The body is not what it must be' };
const GUESSED = {
  401: 'The password is wrong',
  403: 'It comes from another web site, or not from where it may',
  429: 'Too many wrong passwords',
  503: 'It could not be looked at, or not be kept',
};
const KEPT = { 409: 'There are as many as there may be', 503: 'It could not be kept' };

export const ACCESS_OPERATIONS: readonly ApiOperation[] = [
  { method: 'get', path: '/api/access', summary: 'Who asks, and what they may', scope: 'none', answer: AccessState },
  {
    method: 'post',
    path: '/api/access/login',
    summary: 'Signs a browser in, with the password or the token of a guest link',
    scope: 'none',
    body: Login,
    answer: AccessState,
    refusals: { ...BODY, ...GUESSED },
  },
  {
    method: 'post',
    path: '/api/access/logout',
    summary: 'Signs the browser out, or all of them',
    scope: 'none',
    body: Logout,
    answer: AccessState,
    refusals: { ...BODY, ...GUESSED },
  },
  {
    method: 'post',
    path: '/api/access/password',
    summary: 'Sets the first password, or another one with the current one',
    scope: 'none',
    body: NewPassword,
    answer: AccessState,
    refusals: { ...BODY, ...GUESSED, 409: 'The password stands in config.hcl' },
  },
  { method: 'get', path: '/api/access/tokens', summary: 'The tokens of scripts', scope: 'admin', answer: Tokens },
  {
    method: 'post',
    path: '/api/access/tokens',
    summary: 'Makes a token; its secret is told only now',
    scope: 'admin',
    body: NewToken,
    answer: MadeToken,
    refusals: { ...BODY, ...KEPT },
  },
  {
    method: 'delete',
    path: '/api/access/tokens/:id',
    summary: 'Takes a token back',
    scope: 'admin',
    answer: Tokens,
    refusals: { 404: 'There is none of that id', 503: 'It holds only until the next start' },
  },
  { method: 'get', path: '/api/access/guests', summary: 'The links of guests', scope: 'admin', answer: Guests },
  {
    method: 'post',
    path: '/api/access/guests',
    summary: 'Makes a link for a guest; its token is told only now',
    scope: 'admin',
    body: NewGuest,
    answer: MadeGuest,
    refusals: { ...BODY, ...KEPT },
  },
  {
    method: 'delete',
    path: '/api/access/guests/:id',
    summary: 'Takes a link for a guest back',
    scope: 'admin',
    answer: Guests,
    refusals: { 404: 'There is none of that id', 503: 'It holds only until the next start' },
  },
];
