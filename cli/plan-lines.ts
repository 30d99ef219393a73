// Renders a plan as lines of text. Pure.
import type { Plan } from '../client/plan.js';
import { count } from './check-manifest.js';
import { findingLines } from './ledger-lines.js';
import { plainText } from './io.js';
import type { ProbeFinding, ProbeFindings } from './probe-manifest.js';
import { durationText } from './progress/durations.js';
import { paceText } from './progress/paces.js';
import { table } from './table.js';

/** @param probe what was found in the clips, if they are fitted */
export function planLines(plan: Plan, probe?: ProbeFindings): string[] {
  const { manifest, clips, again, submissions, untold, found } = plan;
  const rows: [string, number, string][] = [
    ['new', clips.new, ''],
    ['changed', clips.changed, changeText(plan)],
    ['already scored', clips.scored, again ? 'to be scored anew (--again)' : 'skipped'],
    ['invalid', clips.invalid, 'left out'],
    ...leftOutRow(plan),
    ['submissions', submissions, ''],
  ];
  return [
    `${plainText(manifest)}: ${count(clips.total, 'row')}${plan.simulated ? ', simulated' : ''}`,
    ...table(rows.map(([name, number, note]) => [`  ${name}`, String(number), note])),
    ...waysLines(plan),
    timeLine(plan),
    costLine(plan),
    ...(found ? findingLines(found) : []),
    ...(untold ? untoldLines(untold) : []),
    ...(probe ? fitLines(probe) : []),
    'Nothing was submitted.',
  ].map((line) => line.trimEnd());
}

/** Of clips that are fitted, or cannot be. */
function fitLines({ fits, problems }: Pick<ProbeFindings, 'fits' | 'problems'>): string[] {
  const lines = (list: ProbeFinding[]): string[] => [
    ...list
      .slice(0, SHOWN)
      .map(({ line, id, message }) => `  line ${line}, ${plainText(id)}: ${plainText(message)}`),
    ...(list.length > SHOWN
      ? [`  and ${list.length - SHOWN} more (reelscore validate --probe --fit)`]
      : []),
  ];
  return [
    `To be fitted: ${count(fits.length, 'clip')}`,
    ...lines(fits),
    ...(problems.length > 0
      ? [`To be rejected: ${count(problems.length, 'clip')}`, ...lines(problems)]
      : []),
  ];
}

/** How many clips are listed. */
const SHOWN = 10;

function changeText({ clips, found }: Plan): string {
  const links = found?.counts.link_changed ?? 0;
  const prompts = clips.changed - links;
  if (links === 0) return 'scored before, with another prompt';
  if (prompts === 0) return 'scored before, with another link';
  return `scored before: ${prompts} with another prompt, ${links} with another link`;
}

function leftOutRow({ leftOut }: Plan): [string, number, string][] {
  if (!leftOut) return [];
  const { clips, cap } = leftOut;
  const limit = cap.code === 'budget_reached' ? 'the budget allows' : 'maxSubmissions allows';
  return [['left out', clips, `${limit} ${cap.submissions}`]];
}

function waysLines({ ways: { local, inBuckets, fault } = {} }: Plan): string[] {
  const lines: string[] = [];
  if (local) {
    const { clips, way, at } = local;
    const text = {
      staged: `uploaded to ${at}`,
      served: `served by the receiver${at === undefined ? '' : ` at ${at}`}`,
      none: 'which the vendor cannot fetch (set REELSCORE_STAGING or REELSCORE_CALLBACK_URL)',
    };
    lines.push(`Files on this machine: ${clips}, ${text[way]}`);
  }
  if (inBuckets !== undefined) {
    lines.push(`In buckets: ${inBuckets}, by links that are signed when they are submitted`);
  }
  if (fault !== undefined) lines.push(`Links cannot be signed: ${fault}`);
  return lines;
}

function timeLine({ expectedMs, pace }: Plan): string {
  const { ratePerSecond, maxInFlight } = pace;
  const at = `${paceText(ratePerSecond)} and ${count(maxInFlight, 'task')} in flight`;
  return `Expected time: ${durationText(expectedMs)}, at ${at} as configured (an account in use keeps its own limits: reelscore status)`;
}

function costLine({ cost, simulated }: Plan): string {
  if (simulated) return 'Cost: none, simulated';
  if (!cost) return 'Cost: unknown (set pricePerClip in reelscore.yaml, such as 0.05 EUR)';
  const unit = cost.currency === undefined ? '' : ` ${cost.currency}`;
  return `Cost: ${money(cost.amount)}${unit}, at ${money(cost.pricePerClip)}${unit} a clip`;
}

/** Two decimals, or as many as it has. */
function money(amount: number): string {
  const decimals = /\.(\d+)$/.exec(amount.toFixed(6).replace(/0+$/, ''))?.[1]?.length ?? 0;
  return amount.toFixed(Math.max(2, decimals));
}

function untoldLines({ missing, unreachable }: NonNullable<Plan['untold']>): string[] {
  const lines: string[] = [];
  if (missing > 0) {
    lines.push(`${count(missing, 'clip')} without an ETag: the link alone tells which it is`);
  }
  if (unreachable > 0) {
    lines.push(`${count(unreachable, 'clip')} could not be asked for an ETag: taken for new`);
  }
  return lines;
}
