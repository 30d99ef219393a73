// Whether spans are sent, and where: by OpenTelemetry's own variables. Those that are not here (headers, time-outs,
// certificates) its exporter reads itself.
import { Secret, secretsIn } from './secret.js';

export interface TracesConfig {
  /** Where spans are posted; it may hold a key. */
  url: Secret;
  serviceName: string;
  /** Which part of the traces that begin here is kept, 0 to 1. */
  ratio: number;
  /** Values that no span may hold. */
  hide: Secret[];
  /** Whether spans may hold messages of errors: not where Temporal keeps them encrypted. */
  messages: boolean;
}

const ENDPOINT = 'OTEL_EXPORTER_OTLP_ENDPOINT';
const TRACES_ENDPOINT = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
const PROTOCOLS = ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'];
const PROTOCOL = 'http/protobuf';
const SAMPLER = 'OTEL_TRACES_SAMPLER';
const SAMPLER_ARGUMENT = 'OTEL_TRACES_SAMPLER_ARG';
/** OpenTelemetry's path below an endpoint that is not for traces alone. */
const PATH = 'v1/traces';
const DEFAULT_NAME = 'reelscore';

/**
 * Undefined where no endpoint is set, or OpenTelemetry is switched off.
 * @param values of the settings, of which the secret ones are hidden
 * @param faults gets those of variables that are set and cannot be followed
 */
export function tracesOf(
  env: NodeJS.ProcessEnv,
  values: object & { payloadKeys?: { current?: unknown } },
  faults: string[],
): TracesConfig | undefined {
  const given = (name: string): string | undefined => env[name]?.trim() || undefined;
  const name = given(TRACES_ENDPOINT) === undefined ? ENDPOINT : TRACES_ENDPOINT;
  const endpoint = given(name);
  if (endpoint === undefined || given('OTEL_SDK_DISABLED')?.toLowerCase() === 'true') return;
  if (given('OTEL_TRACES_EXPORTER') === 'none') return;

  const url = urlOf(endpoint, name === ENDPOINT);
  if (url === undefined) faults.push(`${name}: it is no URL (write http://host:4318)`);
  const variable = PROTOCOLS.find((one) => given(one) !== undefined);
  if (variable !== undefined && given(variable) !== PROTOCOL) {
    faults.push(
      `${variable}: spans are sent by ${PROTOCOL} only (name that and such an endpoint, or set OTEL_TRACES_EXPORTER=none)`,
    );
  }
  const ratio = ratioOf(given(SAMPLER), given(SAMPLER_ARGUMENT));
  if (ratio === undefined) {
    faults.push(
      `${SAMPLER}: there are always_on, always_off and traceidratio (with ${SAMPLER_ARGUMENT} from 0 to 1), each also with parentbased_ before it`,
    );
  }
  if (url === undefined || ratio === undefined) return;
  return {
    ...{ url: new Secret(url), ratio, serviceName: given('OTEL_SERVICE_NAME') ?? DEFAULT_NAME },
    hide: secretsIn(values),
    messages: values.payloadKeys?.current === undefined,
  };
}

function urlOf(endpoint: string, base: boolean): string | undefined {
  if (!URL.canParse(endpoint)) return undefined;
  const url = new URL(endpoint);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  if (base) url.pathname = `${url.pathname.replace(/\/+$/, '')}/${PATH}`;
  return url.href;
}

function ratioOf(sampler = 'always_on', argument = '1'): number | undefined {
  const kind = sampler.replace(/^parentbased_/, '');
  if (kind === 'always_on') return 1;
  if (kind === 'always_off') return 0;
  const ratio = Number(argument);
  return kind === 'traceidratio' && ratio >= 0 && ratio <= 1 ? ratio : undefined;
}
