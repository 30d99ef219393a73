// What libraries write into spans, and what leaves.
import { SpanStatusCode } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';
import { Secret } from '../../../config/secret.js';
import { CleaningExporter } from '../../../temporal/traces/clean-spans.js';

const SECRET = 'APPSECRETCANARY';
const LINK = 'https://files.example/a.mp4?sig=LINKCANARY';
const MAC = 'aB3'.repeat(14) + 'x';

/** A span as the SDK's interceptors make one of a call that fails. */
function failing(messages: boolean) {
  const memory = new InMemorySpanExporter();
  const exporter = new CleaningExporter(memory, { hide: [new Secret(SECRET)], messages });
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const error = new TypeError(`no answer of ${LINK} to ${SECRET} at /callbacks/v1/b/1/2/${MAC}`);
  const span = provider.getTracer('test').startSpan('RunActivity:submitClips', {
    links: [{ context: { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 } }],
    attributes: {
      ...{ temporalWorkflowId: 'library-1', run_id: 'r' },
      ...{ temporalTerminateReason: 'REASONCANARY', memo: 'MEMOCANARY', prompt: 'PROMPTCANARY' },
    },
  });
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
  span.recordException(error);
  span.end();
  const [one] = memory.getFinishedSpans();
  if (!one) throw new Error('no span was exported');
  return one;
}

const textOf = (span: object): string =>
  JSON.stringify(span, (key, value: unknown) => (key === 'resource' ? undefined : value));

test('messages are cleaned, and stacks and what is not listed left out', () => {
  const span = failing(true);
  expect(span.attributes).toEqual({ temporalWorkflowId: 'library-1', run_id: 'r' });
  expect(span.status.code).toBe(SpanStatusCode.ERROR);
  expect(span.status.message).toMatch(
    /^no answer of https:\/\/files\.example\/a\.mp4 to \[hidden\] at/,
  );
  expect(span.events[0]?.attributes).toEqual({
    ...{ 'exception.type': 'TypeError', 'exception.message': span.status.message },
  });
  expect(textOf(span)).not.toMatch(/CANARY|clean-spans\.test/);
  expect(textOf(span)).not.toContain(MAC);
});

test('where payloads are encrypted messages are left out too', () => {
  const span = failing(false);
  expect(span.status).toEqual({ code: SpanStatusCode.ERROR });
  expect(span.events[0]?.attributes).toEqual({ 'exception.type': 'TypeError' });
});
