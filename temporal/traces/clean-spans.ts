// Spans as they leave this process.
//
// X1. A span holds names, times, ids and results. Of what else the SDK or a library writes into it nothing leaves.
import type { Attributes } from '@opentelemetry/api';
import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import { cleaner } from '../../tomoviee/scrub.js';
import type { TracesConfig } from '../../config/traces.js';

/** Those of the SDK's interceptors (ids of workflows, runs, activities and updates), and our own. */
const ATTRIBUTES = new Set([
  ...['temporalWorkflowId', 'run_id', 'temporalActivityId', 'temporalUpdateId'],
  ...['http.response.status_code', 'exception.type'],
]);
const MESSAGE = 'exception.message';
/** Messages hold texts from outside. */
const LONGEST = 1000;

/** Cleans spans on their way to an exporter. */
export class CleaningExporter implements SpanExporter {
  readonly #clean: (text: string) => string;
  readonly #messages: boolean;
  #failing = false;
  tell: (error: unknown) => void = () => undefined;

  constructor(
    private readonly exporter: SpanExporter,
    { hide, messages }: Pick<TracesConfig, 'hide' | 'messages'>,
  ) {
    this.#messages = messages;
    const clean = cleaner(hide.map((secret) => secret.reveal()));
    this.#clean = (text) => clean(text).slice(0, LONGEST);
  }

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    const safe = spans.map((span) => this.#safe(span));
    this.exporter.export(safe, (result) => {
      const failed = result.code !== ExportResultCode.SUCCESS;
      if (failed && !this.#failing) this.tell(result.error);
      this.#failing = failed;
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  /** X1. */
  #safe(span: ReadableSpan): ReadableSpan {
    const { kind, parentSpanContext, startTime, endTime, duration, ended, resource } = span;
    const { instrumentationScope, status, events } = span;
    const { code, message } = status;
    return {
      ...{ kind, startTime, endTime, duration, ended, resource, instrumentationScope },
      ...(parentSpanContext && { parentSpanContext }),
      name: this.#clean(span.name),
      spanContext: () => span.spanContext(),
      attributes: this.#chosen(span.attributes),
      status: {
        code,
        ...(this.#messages && message !== undefined && { message: this.#clean(message) }),
      },
      links: [],
      events: events.map(({ name, time, attributes = {} }) => ({
        ...{ name: this.#clean(name), time, attributes: this.#chosen(attributes) },
      })),
      ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
    };
  }

  #chosen(attributes: Attributes): Attributes {
    const chosen: Attributes = {};
    for (const [name, value] of Object.entries(attributes)) {
      if (!ATTRIBUTES.has(name) && !(this.#messages && name === MESSAGE)) continue;
      if (typeof value === 'number') chosen[name] = value;
      if (typeof value === 'string') chosen[name] = this.#clean(value);
    }
    return chosen;
  }
}
