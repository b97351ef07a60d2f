import type { Clock } from '../../core/clock.ts';
import { type ErrorReport, reportOf } from '../../core/errors.ts';
import { brokerTrouble, noAnswer } from './broker-trouble.ts';
import type { BrokerConnection, BrokerConnectionOptions, OpenBroker } from './connection.ts';

/**
 * Connects to a broker once and takes leave again.
 * @returns why that was not possible; undefined when it was
 */
export async function tryBroker(
  { clock, open }: { readonly clock: Clock; readonly open: OpenBroker },
  options: BrokerConnectionOptions,
  limitMs: number,
): Promise<ErrorReport | undefined> {
  const { promise, resolve } = Promise.withResolvers<ErrorReport | undefined>();
  const refuse = (error: unknown): void => {
    const trouble = brokerTrouble(error);
    resolve(reportOf(trouble, trouble.code));
  };
  const timer = clock.after(limitMs, () => refuse(noAnswer('it does not answer')));
  let connection: BrokerConnection | undefined;
  try {
    connection = open(options, {
      onOpen: () => resolve(undefined),
      onMessage() {},
      afterMessage: (done) => done(),
      onDrain() {},
      onSkipped() {},
      onUnheard() {},
      onClose: refuse,
    });
  } catch (error) {
    refuse(error);
  }
  const trouble = await promise;
  timer.cancel();
  await connection?.close();
  return trouble;
}
