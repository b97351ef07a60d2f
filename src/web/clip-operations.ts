import type { ApiOperation } from './api-operation.ts';
import { ClipSaved, ClipsAnswer, SaveClip } from './clip-schemas.ts';
import { Done } from './control-schemas.ts';

const refusals = { 404: 'There is no such clip' };

export const CLIP_OPERATIONS: readonly ApiOperation[] = [
  { method: 'get', path: '/api/clips', summary: 'Clips that are kept', scope: 'read', answer: ClipsAnswer },
  {
    method: 'post',
    path: '/api/clips',
    summary: 'Keeps the last seconds of a mount as a file',
    scope: 'control',
    body: SaveClip,
    answer: ClipSaved,
    refusals: { 404: 'There is no such mount', 409: 'There is nothing to keep, or no room for it' },
  },
  { method: 'delete', path: '/api/clips/:name', summary: 'Removes a clip', scope: 'control', answer: Done, refusals },
  {
    method: 'get',
    path: '/clips/:name',
    summary: 'A clip, or a range of its bytes',
    scope: 'read',
    answer: { mediaType: 'audio/mpeg' },
    refusals: { ...refusals, 416: 'That range is beyond its end' },
  },
];
