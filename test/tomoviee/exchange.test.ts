import { Dispatcher } from 'undici';
import { expect, test } from 'vitest';
import { post } from '../../tomoviee/exchange.js';

const request = {
  origin: 'http://127.0.0.1',
  path: '/',
  headers: {},
  body: '{}',
  timeoutMs: 10_000,
};

/** Dispatches a request anew when its connection dies, as undici's interface allows. */
class RepeatingDispatcher extends Dispatcher {
  sent = 0;

  override dispatch(_: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    for (let i = 0; i < 2; i++) {
      const reasons: Error[] = [];
      const controller: Dispatcher.DispatchController = {
        aborted: false,
        paused: false,
        reason: null,
        abort: (error) => void reasons.push(error),
        pause: () => undefined,
        resume: () => undefined,
      };
      handler.onRequestStart?.(controller, {});
      if (reasons[0]) handler.onResponseError?.(controller, reasons[0]);
      else this.sent++;
    }
    return true;
  }
}

test('a dispatcher that wants to send a request again is stopped', async () => {
  const dispatcher = new RepeatingDispatcher();
  expect(await post(dispatcher, request)).toMatchObject({ kind: 'broken', sent: true });
  expect(dispatcher.sent).toBe(1);
});

test('a dispatcher that throws has sent nothing', async () => {
  class Throwing extends Dispatcher {
    override dispatch(): boolean {
      throw new Error('closed');
    }
  }
  expect(await post(new Throwing(), request)).toMatchObject({
    kind: 'broken',
    sent: false,
    cause: { message: 'closed' },
  });
});
