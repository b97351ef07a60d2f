import * as v from 'valibot';
import type { ApiOperation } from './api-operation.ts';
import { HealthAnswer, StatsAnswer, StatusAnswer } from './station-schemas.ts';

export const STATION_OPERATIONS: readonly ApiOperation[] = [
  { method: 'get', path: '/healthz', summary: 'Whether it runs', scope: 'none', answer: HealthAnswer },
  { method: 'get', path: '/api/status', summary: 'How the station is', scope: 'read', answer: StatusAnswer },
  {
    method: 'get',
    path: '/api/stats',
    summary: 'Figures of the station, its listeners and viewers',
    scope: 'read',
    answer: StatsAnswer,
    refusals: { 403: 'Statistics are switched off' },
  },
  {
    method: 'get',
    path: '/metrics',
    summary: 'All figures, as Prometheus reads them',
    scope: 'read',
    answer: { mediaType: 'text/plain' },
  },
  {
    method: 'get',
    path: '/api/openapi.json',
    summary: 'This description',
    scope: 'read',
    answer: v.looseObject({ openapi: v.string() }),
  },
];
