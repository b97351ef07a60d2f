import type { ApiOperation } from './api-operation.ts';
import { PrivacyChange } from './privacy-routes.ts';
import { PrivacyAnswer } from './station-schemas.ts';

export const PRIVACY_OPERATIONS: readonly ApiOperation[] = [
  { method: 'get', path: '/api/privacy', summary: 'What is muted', scope: 'read', answer: PrivacyAnswer },
  {
    method: 'put',
    path: '/api/privacy',
    summary: 'Mutes the camera, the microphone or both, or opens them again',
    scope: 'control',
    body: PrivacyChange,
    answer: PrivacyAnswer,
    refusals: { 500: 'It is in effect, but cannot be kept' },
  },
];
