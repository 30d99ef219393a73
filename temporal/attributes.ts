// The search attributes of batches, which are optional: they are set and queried only where they are
// registered.
import { ATTRIBUTES } from '../contract/names.js';

/** Of Temporal's API: INDEXED_VALUE_TYPE_KEYWORD. */
export const KEYWORD = 2;

const DEADLINE_MS = 5000;

/** What is needed of `Connection` of @temporalio/client or `NativeConnection` of @temporalio/worker. */
export interface AttributeServer {
  operatorService: {
    listSearchAttributes(request: {
      namespace: string;
    }): Promise<{ customAttributes: Record<string, number> }>;
  };
  withDeadline<T>(deadline: number, call: () => Promise<T>): Promise<T>;
}

/** Namespaces that have them, by connection: what is registered stays so. */
const known = new WeakMap<AttributeServer, Set<string>>();

/**
 * Whether all search attributes of `ATTRIBUTES` are registered, each as a Keyword. A server that
 * refuses to tell counts as one without them.
 */
export async function attributesRegistered(
  connection: AttributeServer,
  namespace: string,
): Promise<boolean> {
  const found = known.get(connection) ?? new Set();
  known.set(connection, found);
  if (!found.has(namespace)) {
    const missing = await missingAttributes(connection, namespace).catch(() => undefined);
    if (missing?.length === 0) found.add(namespace);
  }
  return found.has(namespace);
}

/**
 * Those that are not registered, or not as a Keyword.
 * @throws the server's refusal
 */
export async function missingAttributes(
  connection: AttributeServer,
  namespace: string,
): Promise<string[]> {
  const { customAttributes } = await connection.withDeadline(Date.now() + DEADLINE_MS, () =>
    connection.operatorService.listSearchAttributes({ namespace }),
  );
  return Object.values(ATTRIBUTES).filter((name) => customAttributes[name] !== KEYWORD);
}
