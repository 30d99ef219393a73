// The vendor's gateway, and the time it gives.
import { ok, problem, warning, type DoctorFinding } from './finding.js';
import { get } from './http.js';

/** Signatures of links and of notifications allow for minutes; the pace of an account for less. */
const MOST_SKEW_S = 30;

/** Asks the gateway for its root, without keys; whatever it answers will do. */
export async function gatewayFindings(baseUrl: string): Promise<DoctorFinding[]> {
  const answer = await get(baseUrl);
  if ('failure' in answer) {
    return [
      problem(
        'Vendor',
        `${baseUrl} cannot be reached: ${answer.failure}`,
        'check the network, and TOMOVIEE_BASE_URL',
      ),
    ];
  }
  const { date } = answer.headers;
  return [
    ok('Vendor', `${baseUrl} answers (${answer.status})`),
    clockFinding(typeof date === 'string' ? Date.parse(date) : NaN, answer.at),
  ];
}

/**
 * @param theirs by the Date header, which has whole seconds (epoch ms); NaN = it gave none
 * @param ours by this machine's clock, at the same moment
 */
export function clockFinding(theirs: number, ours: number): DoctorFinding {
  if (Number.isNaN(theirs)) {
    return ok('Clock', 'cannot be compared: the gateway does not tell the time');
  }
  const ahead = Math.round((ours - theirs - 500) / 1000);
  const apart = Math.abs(ahead);
  if (apart <= MOST_SKEW_S) return ok('Clock', "agrees with the gateway's");
  return warning(
    'Clock',
    `this machine's is ${apart} s ${ahead > 0 ? 'ahead of' : 'behind'} the gateway's`,
    'set it by a time server (NTP): with a wrong clock signatures are refused and the pace is off',
  );
}
