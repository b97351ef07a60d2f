import * as v from 'valibot';
import type { ApiOperation } from './api-operation.ts';

const FILE = { mediaType: 'application/gzip' };
const RestoredAnswer = v.object({
  /** config, access, mute, devices */
  restored: v.array(v.string()),
  /** When the backup was made. */
  created_at: v.string(),
  /** By which version of Pipit. */
  version: v.string(),
});
const REFUSALS = {
  403: 'A token is not enough',
  409: 'Not now, or nothing to take back',
  413: 'The file is too large',
  422: 'It is no backup, or this station can not take it',
  500: 'It can not be written; everything is as it was',
};

export const BACKUP_OPERATIONS: readonly ApiOperation[] = [
  {
    method: 'get',
    path: '/api/backup',
    summary: 'All settings as one file, secrets included',
    scope: 'admin',
    answer: FILE,
    refusals: { 403: REFUSALS[403] },
  },
  {
    method: 'post',
    path: '/api/restore',
    summary: 'Takes such a file over, wholly or not at all',
    scope: 'admin',
    body: FILE,
    answer: RestoredAnswer,
    refusals: REFUSALS,
  },
  {
    method: 'post',
    path: '/api/restore/undo',
    summary: 'Takes back what the last restore has changed; a second time brings it again',
    scope: 'admin',
    answer: RestoredAnswer,
    refusals: REFUSALS,
  },
];
