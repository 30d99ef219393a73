// Links to batches in Temporal's web UI.

/** Temporal Cloud's endpoints, by namespace or by region. */
const CLOUD_HOST = /\.(tmprl\.cloud|api\.temporal\.io)$/;

/** Base URL of the UI of a server that the user named; only Temporal Cloud's is known. */
export function namedServerUi(address: string): string | undefined {
  const host = address.replace(/:\d+$/, '');
  return CLOUD_HOST.test(host) ? 'https://cloud.temporal.io' : undefined;
}

/** Page of a workflow; without a run, the UI shows the newest one. */
export function workflowUrl(
  base: string,
  namespace: string,
  workflowId: string,
  runId?: string,
): string {
  const path = ['namespaces', namespace, 'workflows', workflowId];
  if (runId !== undefined) path.push(runId, 'history');
  return `${base}/${path.map(encodeURIComponent).join('/')}`;
}
