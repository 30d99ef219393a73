import { describe, expect, test } from 'vitest';
import type { Frame, MemberReport, Share } from '../../../contract/account.js';
import { Membership, newMembership } from '../../../workflows/pacing/membership.js';

const IDENTITY = {
  ...{ batch: 'b', chain: 'c', name: 'library', priority: 'normal' as const },
  pace: { ratePerSecond: 1, burst: 1, maxInFlight: 20 },
};
const FRAME: Frame = { id: 1, start: 0, intervalMs: 1000, burst: 1, turn: 1, own: [0] };
const share = (version: number, more: Partial<Share> = {}): Share => ({
  ...{ version, resumes: 1, slots: 10, contended: false, frame: FRAME },
  ...more,
});
/** A share without moments. */
const stop: Share = { version: 2, resumes: 1, slots: 10, contended: false };
const failure = (kind: 'throttled' | 'denied') => ({ class: kind, code: 'http_4', message: 'no' });
const idle = { held: 0, wants: 5, moreToCome: false };

function member(...shares: Share[]): Membership {
  const membership = new Membership(IDENTITY, newMembership());
  membership.poll(idle, 0);
  membership.state.joined = true;
  for (const one of shares) membership.granted(one, 0);
  return membership;
}
function reported(membership: Membership, demand = idle): MemberReport | undefined {
  const next = membership.poll(demand, 0);
  return 'report' in next ? next.report : undefined;
}

describe('a member', () => {
  test('reports first of all, then has nothing to say', () => {
    const membership = new Membership(IDENTITY, newMembership());
    expect(reported(membership)).toMatchObject({ batch: 'b', version: 0, wants: 5 });
    membership.state.joined = true;
    expect(reported(membership)).toBeUndefined();
  });

  test('answers a share that stops it, and a smaller one, but not a larger one', () => {
    expect(reported(member(share(1), stop))).toMatchObject({ version: 2 });
    expect(reported(member(share(1), share(2, { slots: 9 })))).toMatchObject({ version: 2 });
    expect(reported(member(share(1), share(2, { slots: 11 })))).toBeUndefined();
  });

  test('ignores a share that a newer one has overtaken', () => {
    expect(member(share(3, { slots: 3 }), share(2, { slots: 9 })).slots).toBe(3);
  });

  test('tells how far it got', () => {
    const membership = member(share(1));
    expect([membership.takeMoment(0), membership.takeMoment(0)]).toEqual([0, 1000]);
    membership.granted(stop, 0);
    expect(membership.nextMoment(0)).toBeUndefined();
    expect(reported(membership)).toMatchObject({ next: 2000 });
  });

  test('joins as another one after a reset, and knows of no share', () => {
    const membership = member(share(1), share(2));
    membership.takeMoment(0);
    expect(membership.resetOf({ runId: 'r1', originalExecutionRunId: 'r1' })).toEqual({});
    const after = { runId: 'r2', originalExecutionRunId: 'r1' };
    expect(membership.resetOf(after)).toEqual({ reset: 'r2' });
    membership.rejoin('r2');
    expect(membership.resetOf(after)).toEqual({});
    expect(membership.nextMoment(0)).toBeUndefined();
    expect(reported(membership)).toMatchObject({ run: 'r2', version: 0 });
    membership.state.joined = true;
    membership.granted(share(3), 0);
    membership.rejoin('r2'); // as each submission that was sent back asks for
    expect(membership.nextMoment(0)).toBe(0);
  });

  test('holds at once when throttled, until the account has decided', () => {
    const membership = member(share(1));
    membership.throttled({ ...failure('throttled'), retryAfterMs: 4000 }, 0, 500);
    expect(membership.nextMoment(500)).toBe(4500);
    expect(reported(membership)?.throttled).toMatchObject({ moment: 0, code: 'http_4' });
    expect(membership.nextMoment(500)).toBe(4500);
    membership.granted(share(2, { slowdown: { reason: 'slow down', until: 9000 } }), 500);
    expect(membership.nextMoment(500)).toBe(9000);
    expect(membership.hold(500)).toMatchObject({ reason: 'slow down' });
  });

  test('is paused at once when denied, until the account was resumed', () => {
    const membership = member(share(1));
    membership.denied(failure('denied'), 0);
    expect(membership.paused).toBe('the vendor denies access: http_4 no');
    expect(reported(membership)?.denied).toBe(membership.paused);
    membership.granted(share(2), 1); // crossed the report
    expect(membership.paused).toBeDefined();
    membership.granted(share(3, { resumes: 2 }), 2);
    expect(membership.paused).toBeUndefined();
  });

  test('that is resumed resumes the account, and says nothing if that is not paused', () => {
    const paused = member(share(1, { paused: 'no credit' }));
    paused.resumed(0);
    expect(paused.paused).toBeUndefined();
    expect(reported(paused)).toMatchObject({ resumed: true });
    expect(paused.paused).toBeUndefined(); // also before the account has answered
    const open = member(share(1));
    open.resumed(0);
    expect(reported(open)).toBeUndefined();
  });

  const paused = () => member(share(1, { paused: 'no credit' }));
  test.each([
    ['by itself', (membership: Membership) => membership.resumed(10)],
    ['by another', (membership: Membership) => membership.granted(share(2, { resumes: 2 }), 10)],
  ])('resumed %s is denied only by what was begun since', (_, resume) => {
    const membership = paused();
    resume(membership);
    reported(membership);
    membership.denied(failure('denied'), 9);
    expect(membership.paused).toBeUndefined();
    expect(reported(membership)).toBeUndefined();
    membership.denied(failure('denied'), 11);
    expect(membership.paused).toBeDefined();
    expect(reported(membership)?.denied).toBeDefined();
  });

  test('denied again after a resume says so, and not that it was resumed', () => {
    const membership = paused();
    membership.resumed(10);
    membership.denied(failure('denied'), 11);
    const report = reported(membership);
    expect(report?.denied).toBeDefined();
    expect(report?.resumed).toBeUndefined();
  });

  test('says of its pace what its share comes to', () => {
    const of = member(share(1, { frame: { ...FRAME, intervalMs: 100, turn: 4, own: [0, 1, 3] } }));
    expect(of.pace).toEqual({ ratePerSecond: 7.5, burst: 1, maxInFlight: 10 });
    expect(member().pace).toEqual(IDENTITY.pace);
  });
});
