import type { TracesConfig } from '../../config/traces.js';
import type { Traces } from './traces.js';

/** Only who sends spans loads the packages of OpenTelemetry. */
export async function openTraces(config: TracesConfig): Promise<Traces> {
  const { startTraces } = await import('./start-traces.js');
  return startTraces(config);
}
