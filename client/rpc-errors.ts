import {
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { isPassing } from '../net/retry-rpc.js';
import { PayloadDecryptionError } from '../temporal/payloads/codec.js';
import { ReelscoreError } from './errors.js';

/** What a call to Temporal failed of, as ours where it is not the caller's to handle. */
export function translateRpcError(error: unknown, address: string): unknown {
  if (error instanceof WorkflowNotFoundError) return error;
  if (error instanceof WorkflowExecutionAlreadyStartedError) return error;
  if (error instanceof ReelscoreError) return error;
  const undecrypted = [error, error instanceof Error ? error.cause : undefined].find(
    (one) => one instanceof PayloadDecryptionError,
  );
  if (undecrypted) {
    return new ReelscoreError(
      'payload_unreadable',
      `Temporal at ${address}: ${undecrypted.message}`,
      {
        cause: error,
      },
    );
  }
  if (isPassing(error)) {
    return unreachable(address, error);
  }
  const grpc = [error, error instanceof Error ? error.cause : undefined].find(isGrpcServiceError);
  if (grpc) {
    return new ReelscoreError(
      'temporal_refused',
      `Temporal at ${address} refused a request: ${grpc.details || grpc.message} (check TEMPORAL_NAMESPACE and the credentials)`,
      { cause: error },
    );
  }
  return error;
}

export function unreachable(address: string, cause: unknown): ReelscoreError {
  return new ReelscoreError(
    'temporal_unreachable',
    `Temporal at ${address} does not answer (check that it runs, and TEMPORAL_ADDRESS)`,
    { cause },
  );
}
