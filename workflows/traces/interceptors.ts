// Makes spans of workflows, by the SDK's interceptors for OpenTelemetry. It is in bundles of their own
// (scripts/lib/build.mjs), which workers that send spans use.
//
// X2. A workflow that was started without a trace runs in these bundles as it does in the others.
import type { Headers } from '@temporalio/common';
import {
  OpenTelemetryInboundInterceptor,
  OpenTelemetryInternalsInterceptor,
  OpenTelemetryOutboundInterceptor,
} from '@temporalio/interceptors-opentelemetry/lib/workflow/index.js';
import { workflowInfo, type WorkflowInterceptors } from '@temporalio/workflow';
import { ACCOUNT_WORKFLOW } from '../../contract/names.js';

/** Of the SDK's interceptors. */
const TRACE_HEADER = '_tracer-data';

const hasTrace = ({ headers }: { headers: Headers }): boolean => TRACE_HEADER in headers;

/** The name that the SDK looks for. */
export function interceptors(): WorkflowInterceptors {
  // An account serves many batches, and may never end.
  if (workflowInfo().workflowType === ACCOUNT_WORKFLOW) return {};
  const otel = {
    inbound: new OpenTelemetryInboundInterceptor(),
    outbound: new OpenTelemetryOutboundInterceptor(),
  };
  let traced = false;
  return {
    inbound: [
      {
        execute(input, next) {
          traced = hasTrace(input); // X2
          return traced ? otel.inbound.execute(input, next) : next(input);
        },
        // Queries make no spans, as those who watch a batch ask all the time; nor do signals between workflows.
        handleSignal: (input, next) =>
          hasTrace(input) ? otel.inbound.handleSignal(input, next) : next(input),
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) =>
          traced ? otel.outbound.scheduleActivity(input, next) : next(input),
        startChildWorkflowExecution: (input, next) =>
          traced ? otel.outbound.startChildWorkflowExecution(input, next) : next(input),
        continueAsNew: (input, next) =>
          traced ? otel.outbound.continueAsNew(input, next) : next(input),
        getLogAttributes: (input, next) =>
          traced ? otel.outbound.getLogAttributes(input, next) : next(input),
      },
    ],
    internals: [new OpenTelemetryInternalsInterceptor()],
  };
}
