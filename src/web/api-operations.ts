import { ACCESS_OPERATIONS } from './access-operations.ts';
import type { ApiOperation } from './api-operation.ts';
import { BACKUP_OPERATIONS } from './backup-operations.ts';
import { CLIP_OPERATIONS } from './clip-operations.ts';
import { CONTROL_OPERATIONS } from './control-operations.ts';
import { DEVICE_OPERATIONS } from './device-operations.ts';
import { HISTORY_OPERATIONS } from './history-operations.ts';
import { LOG_OPERATIONS } from './log-operations.ts';
import { MQTT_OPERATIONS } from './mqtt-operations.ts';
import { PRIVACY_OPERATIONS } from './privacy-operations.ts';
import { QUICK_SYNC_OPERATIONS } from './quick-sync-operations.ts';
import { RELEASE_OPERATIONS } from './release-operations.ts';
import { SESSION_OPERATIONS } from './session-operations.ts';
import { SETTINGS_OPERATIONS } from './settings-operations.ts';
import { SOUND_CHECK_OPERATIONS } from './sound-check-operations.ts';
import { STATION_OPERATIONS } from './station-operations.ts';
import { UPDATE_OPERATIONS } from './update-operations.ts';
import { WIFI_OPERATIONS } from './wifi-operations.ts';

/** Every route of the API: a table for each topic. Loaded only when somebody asks for the whole. */
export const API_OPERATIONS: readonly ApiOperation[] = [
  ...STATION_OPERATIONS,
  ...ACCESS_OPERATIONS,
  ...PRIVACY_OPERATIONS,
  ...QUICK_SYNC_OPERATIONS,
  ...SESSION_OPERATIONS,
  ...HISTORY_OPERATIONS,
  ...SETTINGS_OPERATIONS,
  ...BACKUP_OPERATIONS,
  ...RELEASE_OPERATIONS,
  ...UPDATE_OPERATIONS,
  ...CONTROL_OPERATIONS,
  ...CLIP_OPERATIONS,
  ...SOUND_CHECK_OPERATIONS,
  ...DEVICE_OPERATIONS,
  ...WIFI_OPERATIONS,
  ...MQTT_OPERATIONS,
  ...LOG_OPERATIONS,
];
