// Spans that were made in workflows, by version 1 of OpenTelemetry's SDK, which the interceptors bring into the bundle.
import { createTraceState, type SpanContext } from '@opentelemetry/api';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import type { SerializableSpan } from '@temporalio/interceptors-opentelemetry/lib/workflow/definitions.js';

/** As version 2 has them. */
export function readableSpan(
  { spanContext, parentSpanId, instrumentationLibrary, ...span }: SerializableSpan,
  of: { workflowId: string; runId: string },
  resource: Resource,
): ReadableSpan {
  const { traceState, ...ids } = spanContext;
  const context: SpanContext = {
    ...ids,
    ...(traceState && { traceState: createTraceState(traceState) }),
  };
  return {
    ...{ ...span, resource, instrumentationScope: instrumentationLibrary },
    attributes: { ...span.attributes, temporalWorkflowId: of.workflowId, run_id: of.runId },
    spanContext: () => context,
    ...(parentSpanId !== undefined && {
      parentSpanContext: { ...context, spanId: parentSpanId },
    }),
  };
}
