import type { ApiOperation } from './api-operation.ts';
import { ReleaseAnswer } from './release-routes.ts';

export const RELEASE_OPERATIONS: readonly ApiOperation[] = [
  {
    method: 'get',
    path: '/api/release',
    summary: 'Whether there is a newer Pipit; nobody is asked unless advanced.check_releases is on',
    scope: 'read',
    answer: ReleaseAnswer,
  },
];
