// One POST and its result. Knows nothing of the vendor's API.
//
// It speaks undici's dispatch interface and not `request`, because only it reports whether the
// request has reached a socket: before that nothing was sent, after it anything may have been.
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/** Bytes of an answer that are read; the documented ones are below 10 KB. */
export const MAX_ANSWER_BYTES = 1_048_576;

/** A request to make once. */
export interface PostRequest {
  origin: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  /** For the whole exchange: waiting for a connection, sending, answer. */
  timeoutMs: number;
  signal?: AbortSignal;
}

/** `broken`: no whole answer. `sent`: some of the request may have reached the other side. */
export type Exchange =
  | { kind: 'answer'; status: number; headers: IncomingHttpHeaders; text: string }
  | { kind: 'broken'; sent: boolean; status?: number; cause: Error };

/** Makes the request once, never again; never rejects. */
export function post(dispatcher: Dispatcher, request: PostRequest): Promise<Exchange> {
  return new Promise((resolve) => {
    const timeout = AbortSignal.timeout(request.timeoutMs);
    const stop = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout;
    const handler = new ExchangeHandler((exchange) => {
      stop.removeEventListener('abort', onStop);
      resolve(exchange);
    });
    const onStop = () => handler.stop(asError(stop.reason));
    if (stop.aborted) {
      onStop();
      return;
    }
    stop.addEventListener('abort', onStop);
    try {
      dispatcher.dispatch(
        {
          origin: request.origin,
          path: request.path,
          method: 'POST',
          headers: request.headers,
          body: request.body,
          // The one timer above bounds everything.
          headersTimeout: 0,
          bodyTimeout: 0,
        },
        handler,
      );
    } catch (error) {
      handler.stop(asError(error));
    }
  });
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  #sent = false;
  #status: number | undefined;
  #headers: IncomingHttpHeaders = {};
  #chunks: Buffer[] = [];
  #length = 0;
  #controller: Dispatcher.DispatchController | undefined;
  #done: ((exchange: Exchange) => void) | undefined;

  constructor(done: (exchange: Exchange) => void) {
    this.#done = done;
  }

  /** Gives up; if the request still waits for a connection, it will not be sent. */
  stop(reason: Error): void {
    this.#break(reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#done === undefined) {
      controller.abort(new Error('given up before it was sent'));
      return;
    }
    // undici may dispatch a request again when its connection is lost; it must not be sent twice.
    if (this.#sent) {
      controller.abort(new Error('the connection broke under the request'));
      return;
    }
    this.#controller = controller;
    this.#sent = true;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#length += chunk.length;
    if (this.#length > MAX_ANSWER_BYTES) {
      this.stop(new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`));
      return;
    }
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#status === undefined) {
      this.#break(new Error('the answer has no status'));
      return;
    }
    this.#end({
      kind: 'answer',
      status: this.#status,
      headers: this.#headers,
      text: Buffer.concat(this.#chunks).toString('utf8'),
    });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#break(error);
  }

  #break(cause: Error): void {
    this.#end({
      kind: 'broken',
      sent: this.#sent,
      ...(this.#status === undefined ? {} : { status: this.#status }),
      cause,
    });
  }

  #end(exchange: Exchange): void {
    this.#done?.(exchange);
    this.#done = undefined;
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
