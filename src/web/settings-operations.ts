import type { ApiOperation } from './api-operation.ts';
import { SettingChangesBody, SettingsAnswer, SettingsCheckBody, SettingsOutcomeAnswer } from './settings-schemas.ts';

const REFUSALS = {
  409: 'Too much at once, or nothing to go back to',
  413: 'The body is too long',
  422: 'It would not be valid; diagnostics says what, where and what to do',
  500: 'It can not be written',
};
const OWNER = { 403: 'A token is not enough' };
const FILE = { mediaType: 'text/plain' };

export const SETTINGS_OPERATIONS: readonly ApiOperation[] = [
  {
    method: 'get',
    path: '/api/settings',
    summary: 'Every setting with all that a form needs; no secrets',
    scope: 'admin',
    answer: SettingsAnswer,
  },
  {
    method: 'put',
    path: '/api/settings',
    summary: 'Changes settings, keeps them, and says what is in effect and what waits for a restart',
    scope: 'admin',
    body: SettingChangesBody,
    answer: SettingsOutcomeAnswer,
    refusals: {
      ...REFUSALS,
      403: 'A token is not enough for auth and data_dir, other than listeners and session_days',
    },
  },
  {
    method: 'post',
    path: '/api/settings/check',
    summary: 'Says what a change, a whole file or the way back would do, without doing it',
    scope: 'admin',
    body: SettingsCheckBody,
    answer: SettingsOutcomeAnswer,
    refusals: REFUSALS,
  },
  {
    method: 'post',
    path: '/api/settings/undo',
    summary: 'Takes the last change of the file back; a second time brings it again',
    scope: 'admin',
    answer: SettingsOutcomeAnswer,
    refusals: REFUSALS,
  },
  {
    method: 'get',
    path: '/api/settings/file',
    summary: 'The text of config.hcl, secrets included; its ETag goes into If-Match',
    scope: 'admin',
    answer: FILE,
    refusals: OWNER,
  },
  {
    method: 'put',
    path: '/api/settings/file',
    summary: 'Puts another text into config.hcl',
    scope: 'admin',
    body: FILE,
    answer: SettingsOutcomeAnswer,
    refusals: { ...REFUSALS, ...OWNER, 412: 'It is not the file of If-Match any more' },
  },
];
