import type { ApiOperation } from './api-operation.ts';
import { LogAnswer, LogQuery } from './log-schemas.ts';

export const LOG_OPERATIONS: readonly ApiOperation[] = [
  {
    method: 'get',
    path: '/api/log',
    summary: 'The last lines of the log',
    scope: 'admin',
    query: LogQuery,
    answer: LogAnswer,
    refusals: { 422: 'The query is not what it must be' },
  },
  {
    method: 'get',
    path: '/api/support',
    summary: 'All that helps to find out what is wrong, in one file, without secrets',
    scope: 'admin',
    answer: { mediaType: 'application/gzip' },
  },
];
