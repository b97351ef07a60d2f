import type { ApiOperation } from './api-operation.ts';
import { Done } from './control-schemas.ts';
import { DevicesAnswer, PreviewWish } from './device-schemas.ts';

export const DEVICE_OPERATIONS: readonly ApiOperation[] = [
  {
    method: 'get',
    path: '/api/devices',
    summary: 'Sound cards and cameras that are plugged in',
    scope: 'admin',
    answer: DevicesAnswer,
  },
  {
    method: 'post',
    path: '/api/devices/preview',
    summary: 'Level of a sound card as lines of JSON for half a minute, or a picture of a camera (JPEG)',
    scope: 'admin',
    body: PreviewWish,
    answer: { mediaType: 'application/x-ndjson' },
    refusals: { 409: 'It is not there, is muted, or too many are open' },
  },
  {
    method: 'delete',
    path: '/api/devices/preview',
    summary: 'Ends what is heard of sound cards',
    scope: 'admin',
    answer: Done,
  },
];
