import type { ApiOperation } from './api-operation.ts';
import { InstallUpdate, UpdateAnswer, UpdateQuery, UpdateReceived } from './update-schemas.ts';

const REFUSALS = {
  404: 'This system does not update itself as a whole',
  409: 'Another update is under way',
  422: 'It is no address, or the part of the file does not fit',
};

export const UPDATE_OPERATIONS: readonly ApiOperation[] = [
  {
    method: 'get',
    path: '/api/update',
    summary: 'How an update of the whole system goes, where it updates itself as a whole',
    scope: 'read',
    answer: UpdateAnswer,
  },
  {
    method: 'post',
    path: '/api/update',
    summary: 'Downloads and installs an update, in the background; it counts from the next start of the machine',
    scope: 'admin',
    body: InstallUpdate,
    answer: UpdateAnswer,
    refusals: REFUSALS,
  },
  {
    method: 'put',
    path: '/api/update/file',
    summary: 'Takes an update in, whole or in parts with Content-Range, and installs it with its last byte',
    scope: 'admin',
    query: UpdateQuery,
    body: { mediaType: 'application/octet-stream' },
    answer: UpdateReceived,
    refusals: { ...REFUSALS, 413: 'It is too large', 507: 'There is no space for it' },
  },
];
