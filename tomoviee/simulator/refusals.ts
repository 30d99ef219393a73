// How each fault that refuses a submission looks on the wire.
import type { FaultPlan, ClipFaults } from './fault-plan.js';
import { numberOf } from './faults.js';
import { textAnswer } from './exchange.js';
import { refuse, refuseByCode, type Refusal } from './read-request.js';

const HTML_PAGE =
  '<!doctype html><html><head><title>Maintenance</title></head><body>Back soon.</body></html>';

/** The refusal that strikes this clip now, if one does. `revoke` is called for the fault of that name. */
export function strikeRefusal(
  plan: FaultPlan,
  clip: ClipFaults,
  revoke: () => void,
): Refusal | undefined {
  const fault = plan.strike(clip, '429', 'http', 'html', 'code', '401', 'revoke', 'drop-before');
  switch (fault?.name) {
    case '429':
      return tooMany('simulated: too many requests', numberOf(fault, 1) * 1000);
    case 'http': {
      const status = numberOf(fault, 500);
      if (fault.args[1] === 'empty') return { refused: textAnswer(status, ''), code: status };
      return refuse(status, `simulated: HTTP ${status}`);
    }
    case 'html':
      return { refused: textAnswer(200, HTML_PAGE, 'text/html'), code: 200 };
    case 'code': {
      const code = numberOf(fault, 680_001);
      return refuseByCode(code, fault.args[1] ?? `simulated: code ${code}`);
    }
    case 'revoke':
      revoke();
      return refuse(401, 'app_key or app_secret is not valid');
    case '401':
      return refuse(401, 'simulated: not authorized');
    case 'drop-before':
      return { refused: { kind: 'drop' }, code: -1 };
    case undefined:
      return undefined;
  }
}

/** HTTP 429; Retry-After counts whole seconds. */
export function tooMany(msg: string, retryAfterMs: number): Refusal {
  return refuse(429, msg, { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) });
}
