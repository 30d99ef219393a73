// The protocol of a supervisor's socket: one JSON document per line.
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** Raised when an older supervisor could not understand a newer client, or the reverse. */
export const PROTOCOL_VERSION = 2;

/** How to start a child process, and how to tell that it is ready. */
export const serviceSpecSchema = z.object({
  name: z.string().regex(/^[a-z]+$/),
  command: z.string(),
  /** `{port:NAME}` stands for a port of `ports`. */
  args: z.array(z.string()),
  /** Ports on 127.0.0.1 it is given. They are kept in the home and used again when free. */
  ports: z.array(z.string()),
  /**
   * Ready when GET on this path answers 200, or this call (see `GrpcCall`) OK, and every port accepts
   * connections.
   */
  ready: z.union([
    z.object({ port: z.string(), path: z.string() }),
    z.object({
      port: z.string(),
      grpc: z.object({ path: z.string(), message: z.base64() }),
    }),
  ]),
});

export type ServiceSpec = z.infer<typeof serviceSpecSchema>;

const portsSchema = z.record(z.string(), z.number().int());

/** Ports of a service by name. */
export type Ports = z.infer<typeof portsSchema>;

export const requestSchema = z.discriminatedUnion('op', [
  z.object({ op: z.literal('acquire'), version: z.number(), services: z.array(serviceSpecSchema) }),
  z.object({ op: z.literal('release') }),
]);

export type Request = z.infer<typeof requestSchema>;

export const replySchema = z.discriminatedUnion('event', [
  /** Every service asked for answers. */
  z.object({ event: z.literal('ready'), services: z.record(z.string(), portsSchema) }),
  /** A service could not be started, or the request was not understood. */
  z.object({ event: z.literal('failed'), message: z.string() }),
  /** The supervisor is taking everything down; start another once this connection closes. */
  z.object({ event: z.literal('closing') }),
  /** The lease is given up; if it was the last, no child is left. */
  z.object({ event: z.literal('released') }),
]);

export type Reply = z.infer<typeof replySchema>;

/** Writes one message; a peer that has gone is no error, since its connection's close tells it. */
export function send(socket: Socket, message: Request | Reply): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls `onMessage` for each message; one that cannot be read closes the connection. */
export function receive<T>(
  socket: Socket,
  schema: z.ZodType<T>,
  onMessage: (message: T) => void,
): void {
  const lines = createInterface({ input: socket });
  lines.on('error', () => undefined); // the socket's own error, passed on; its close tells it
  lines.on('line', (line) => {
    let message: T;
    try {
      message = schema.parse(JSON.parse(line));
    } catch {
      socket.destroy();
      return;
    }
    onMessage(message);
  });
}
