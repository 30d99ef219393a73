// A collector of traces: what OTLP/HTTP with protobuf brings, read with the fields that tests look at.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import protobuf from 'protobufjs';

/** Of opentelemetry/proto/collector/trace/v1, by its field numbers. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5;
    repeated KeyValue attributes = 9; repeated Event events = 11; Status status = 15;
  }
  message Event { string name = 2; repeated KeyValue attributes = 3; }
  message Status { string message = 2; int32 code = 3; }
  message KeyValue { string key = 1; Value value = 2; }
  message Value { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; } }
`);
const Request = root.lookupType('Request');

interface KeyValue {
  key: string;
  value: { stringValue?: string; intValue?: number };
}

export interface CollectedSpan {
  name: string;
  trace: string;
  id: string;
  parent: string;
  service: string | number | undefined;
  attributes: Record<string, string | number | undefined>;
}

export interface Collector {
  url: string;
  /** Headers of the requests. */
  headers: NodeJS.Dict<string | string[]>[];
  spans: CollectedSpan[];
  /** All bytes that came, as text. */
  bytes(): string;
  connections: number;
  close(): Promise<void>;
}

/** @param answers false: it takes requests and never answers them */
export async function startCollector({ answers = true } = {}): Promise<Collector> {
  const texts: string[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      texts.push(body.toString('latin1'));
      collector.headers.push(request.headers);
      collector.spans.push(...spansOf(body));
      if (answers) response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  server.on('connection', () => (collector.connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const collector: Collector = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ headers: [], spans: [], connections: 0 },
    bytes: () => texts.join(''),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return collector;
}

interface RawSpan {
  traceId: Buffer;
  spanId: Buffer;
  parentSpanId?: Buffer;
  name: string;
  attributes?: KeyValue[];
}

interface RawRequest {
  resourceSpans?: {
    resource?: { attributes?: KeyValue[] };
    scopeSpans?: { spans?: RawSpan[] }[];
  }[];
}

function spansOf(body: Buffer): CollectedSpan[] {
  const raw = Request.toObject(Request.decode(body), { longs: Number, bytes: Buffer });
  return ((raw as RawRequest).resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ spans = [] }) =>
      spans.map(({ name, traceId, spanId, parentSpanId, attributes }) => ({
        name,
        trace: traceId.toString('hex'),
        id: spanId.toString('hex'),
        parent: parentSpanId?.toString('hex') ?? '',
        service: valuesOf(resource?.attributes)['service.name'],
        attributes: valuesOf(attributes),
      })),
    ),
  );
}

function valuesOf(attributes: KeyValue[] = []): Record<string, string | number | undefined> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]),
  );
}
