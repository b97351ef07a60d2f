import type { ApiOperation } from './api-operation.ts';
import { SoundCheckAnswer, SoundCheckWish } from './sound-check-schemas.ts';

export const SOUND_CHECK_OPERATIONS: readonly ApiOperation[] = [
  {
    method: 'post',
    path: '/api/sound-check',
    summary: 'Listens to a source for some seconds and says what is wrong with its sound',
    scope: 'control',
    body: SoundCheckWish,
    answer: SoundCheckAnswer,
    refusals: { 404: 'There is no such source', 409: 'No sound comes from it' },
  },
];
