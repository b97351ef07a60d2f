import type { ApiOperation } from './api-operation.ts';
import { EventsAnswer, EventsQuery, FiguresAnswer, FiguresQuery, HistoryAnswer } from './history-schemas.ts';

const refusals = { 422: 'The query is not what it must be', 503: 'The disk does not work' };

export const HISTORY_OPERATIONS: readonly ApiOperation[] = [
  {
    method: 'get',
    path: '/api/history',
    summary: 'How much of the past is kept, and what that costs the card',
    scope: 'read',
    answer: HistoryAnswer,
  },
  {
    method: 'get',
    path: '/api/history/figures',
    summary: 'Figures over time, by the minute or the hour',
    scope: 'read',
    query: FiguresQuery,
    answer: FiguresAnswer,
    refusals,
  },
  {
    method: 'get',
    path: '/api/history/events',
    summary: 'What happened, the last first',
    scope: 'read',
    query: EventsQuery,
    answer: EventsAnswer,
    refusals,
  },
];
