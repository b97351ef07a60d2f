import type { ApiOperation } from './api-operation.ts';
import { MqttStatus, MqttTest, MqttTestAnswer } from './mqtt-schemas.ts';

export const MQTT_OPERATIONS: readonly ApiOperation[] = [
  { method: 'get', path: '/api/mqtt', summary: 'How it is with the broker', scope: 'read', answer: MqttStatus },
  {
    method: 'post',
    path: '/api/mqtt/test',
    summary: 'Tries a connection to a broker; what is left out is as it is set',
    scope: 'admin',
    body: MqttTest,
    answer: MqttTestAnswer,
    refusals: { 409: 'Another test is running', 413: 'The body is too long', 422: 'The body is not what it must be' },
  },
];
