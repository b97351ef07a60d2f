import type { ApiOperation } from './api-operation.ts';
import { Done, JoinWifi, WifiAnswer, WifiNetworks } from './control-schemas.ts';

const refusals = { 404: 'The system does not let Pipit look after Wi-Fi', 409: 'It could not be done' };

export const WIFI_OPERATIONS: readonly ApiOperation[] = [
  { method: 'get', path: '/api/wifi', summary: 'Which Wi-Fi is used', scope: 'admin', answer: WifiAnswer, refusals },
  {
    method: 'put',
    path: '/api/wifi',
    summary: 'Joins another',
    scope: 'admin',
    body: JoinWifi,
    answer: Done,
    refusals,
  },
  {
    method: 'get',
    path: '/api/wifi/networks',
    summary: 'Which are in reach',
    scope: 'admin',
    answer: WifiNetworks,
    refusals,
  },
];
