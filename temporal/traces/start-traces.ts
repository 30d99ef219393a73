// Owns the spans of one process: makes them by the interceptors of Temporal's SDK, and sends them by OTLP.
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { WorkflowClientInterceptor } from '@temporalio/client';
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry/lib/client/index.js';
import {
  extractContextFromHeaders,
  TRACE_HEADER,
} from '@temporalio/interceptors-opentelemetry/lib/instrumentation.js';
import {
  OpenTelemetryActivityInboundInterceptor,
  OpenTelemetryActivityOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/worker/index.js';
import type { OpenTelemetrySinks } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions.js';
import type { InjectedSinks } from '@temporalio/worker';
import type { TracesConfig } from '../../config/traces.js';
import { packageVersion } from '../../config/version.js';
import { CleaningExporter } from './clean-spans.js';
import type { Traces } from './traces.js';
import { readableSpan } from './workflow-spans.js';

/** A collector that does not answer must not hold up the end of a command. */
const CLOSE_MS = 3000;

export function startTraces(config: TracesConfig): Traces {
  const { url, serviceName, ratio } = config;
  const resource = detectResources({ detectors: [envDetector] }).merge(
    resourceFromAttributes({ 'service.name': serviceName, 'service.version': packageVersion() }),
  );
  const exporter = new CleaningExporter(new OTLPTraceExporter({ url: url.reveal() }), config);
  // What does not fit into its queue of 2,048 spans is dropped.
  const processor = new BatchSpanProcessor({ exporter });
  const provider = new TracerProvider({
    ...{ resource, spanProcessors: [processor] },
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
  });
  const tracer = provider.getTracer('reelscore', packageVersion());
  // A program that has its own keeps them, and its spans are the parents of ours.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());

  const sinks: InjectedSinks<OpenTelemetrySinks> = {
    exporter: {
      export: {
        fn: (info, spans) => {
          for (const span of spans) processor.onEnd(readableSpan(span, info, resource));
        },
      },
    },
  };
  return {
    client: clientInterceptor(new OpenTelemetryWorkflowClientInterceptor({ tracer })),
    worker: { interceptors: { activity: [activityInterceptors(tracer)] }, sinks },
    async within(name, { workflowId, parent }, call) {
      const from = (parent && extractContextFromHeaders(parent)) ?? ROOT_CONTEXT;
      const attributes = { temporalWorkflowId: workflowId };
      const options = { kind: SpanKind.SERVER, attributes };
      return await tracer.startActiveSpan(name, options, from, async (span) => {
        try {
          const answer = await call();
          span.setAttribute('http.response.status_code', answer.code);
          if (answer.code >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          return answer;
        } finally {
          span.end();
        }
      });
    },
    onFault(tell) {
      exporter.tell = tell;
    },
    async close() {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MS)));
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

/** Queries and descriptions are left out: who watches a batch makes them all the time. */
function clientInterceptor(
  otel: OpenTelemetryWorkflowClientInterceptor,
): WorkflowClientInterceptor {
  return {
    startWithDetails: (input, next) => otel.startWithDetails(input, next),
    signal: (input, next) => otel.signal(input, next),
    startUpdate: (input, next) => otel.startUpdate(input, next),
    cancel: (input, next) => otel.cancel(input, next),
  };
}

/** Of activities that belong to a trace. */
function activityInterceptors(tracer: ReturnType<TracerProvider['getTracer']>) {
  return (ctx: ConstructorParameters<typeof OpenTelemetryActivityInboundInterceptor>[0]) => {
    const otel = new OpenTelemetryActivityInboundInterceptor(ctx, { tracer });
    const inbound: Pick<OpenTelemetryActivityInboundInterceptor, 'execute'> = {
      execute: (input, next) =>
        TRACE_HEADER in input.headers ? otel.execute(input, next) : next(input),
    };
    return { inbound, outbound: new OpenTelemetryActivityOutboundInterceptor(ctx) };
  };
}
