import type { ApiOperation } from './api-operation.ts';
import { SessionAnswer, SessionReportAnswer, SessionsAnswer, SessionsQuery } from './session-schemas.ts';

const refusals = { 404: 'There is no such session, or it is too long ago' };

export const SESSION_OPERATIONS: readonly ApiOperation[] = [
  {
    method: 'get',
    path: '/api/sessions',
    summary: 'Who listens and watches, and who did',
    scope: 'read',
    query: SessionsQuery,
    answer: SessionsAnswer,
    refusals: { 422: 'The query is not what it must be' },
  },
  {
    method: 'get',
    path: '/api/sessions/:id',
    summary: 'One session',
    scope: 'read',
    answer: SessionAnswer,
    refusals,
  },
  {
    method: 'get',
    path: '/api/sessions/:id/report',
    summary: 'How well it went',
    scope: 'read',
    answer: SessionReportAnswer,
    refusals,
  },
];
