// Connects a worker or a receiver, and logs when it goes on with a new key or certificate.
import type { ConnectionLike } from '@temporalio/client';
import type { Logger } from 'pino';
import type { TemporalConnectionOptions, TemporalServer } from '../temporal/connection.js';
import { RenewableConnection } from '../temporal/renewable-connection.js';

/**
 * @param use takes a new connection into use where calls do not go through this one
 * @throws what `connect` rejects with
 */
export async function openConnection<C extends ConnectionLike>(
  temporal: TemporalServer,
  logger: Logger,
  connect: (options: TemporalConnectionOptions) => Promise<C>,
  use: (connection: C) => void = () => undefined,
): Promise<RenewableConnection<C>> {
  return await RenewableConnection.open(temporal, {
    connect,
    onRenewed(connection) {
      use(connection);
      logger.info('Temporal: a new key or certificate is in use');
    },
    onFault(error) {
      logger.warn(
        { err: error },
        'Temporal: the new key or certificate cannot be used; the one before stays in use, and it is tried again',
      );
    },
  });
}
