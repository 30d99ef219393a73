import { describe, expect, test } from 'vitest';
import type { Frame, MemberReport, Share } from '../../contract/account.js';
import { Membership, newMembership } from '../../workflows/membership.js';

const IDENTITY = {
  ...{ batch: 'b', chain: 'c', name: 'library', priority: 'normal' as const },
  pace: { ratePerSecond: 1, burst: 1, maxInFlight: 20 },
};
const FRAME: Frame = { id: 1, start: 0, intervalMs: 1000, burst: 1, turn: 1, own: [0] };
const share = (version: number, more: Partial<Share> = {}): Share => ({
  ...{ version, slots: 10, contended: false, frame: FRAME },
  ...more,
});
/** A share without moments. */
const stop: Share = { version: 2, slots: 10, contended: false };
const failure = (kind: 'throttled' | 'denied') => ({ class: kind, code: 'http_4', message: 'no' });
const idle = { held: 0, wants: 5, moreToCome: false };

function member(...shares: Share[]): Membership {
  const membership = new Membership(IDENTITY, newMembership());
  membership.poll(idle, 0);
  membership.state.joined = true;
  for (const one of shares) membership.granted(one);
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
    membership.granted(stop);
    expect(membership.nextMoment(0)).toBeUndefined();
    expect(reported(membership)).toMatchObject({ next: 2000 });
  });

  test('holds at once when throttled, until the account has decided', () => {
    const membership = member(share(1));
    membership.throttled({ ...failure('throttled'), retryAfterMs: 4000 }, 0, 500);
    expect(membership.nextMoment(500)).toBe(4500);
    expect(reported(membership)?.throttled).toMatchObject({ moment: 0, code: 'http_4' });
    expect(membership.nextMoment(500)).toBe(4500);
    membership.granted(share(2, { slowdown: { reason: 'slow down', until: 9000 } }));
    expect(membership.nextMoment(500)).toBe(9000);
    expect(membership.hold(500)).toMatchObject({ reason: 'slow down' });
  });

  test('is paused at once when denied, until the account says otherwise', () => {
    const membership = member(share(1));
    membership.denied(failure('denied'));
    expect(membership.paused).toBe('the vendor denies access: http_4 no');
    expect(reported(membership)?.denied).toBe(membership.paused);
    expect(membership.paused).toBeDefined();
    membership.granted(share(2));
    expect(membership.paused).toBeUndefined();
  });

  test('that is resumed resumes the account, and says nothing if that is not paused', () => {
    const paused = member(share(1, { paused: 'no credit' }));
    paused.resumed();
    expect(paused.paused).toBeUndefined();
    expect(reported(paused)).toMatchObject({ resumed: true });
    expect(paused.paused).toBeUndefined(); // also before the account has answered
    const open = member(share(1));
    open.resumed();
    expect(reported(open)).toBeUndefined();
  });

  test('denied again after a resume says so', () => {
    const membership = member(share(1, { paused: 'no credit' }));
    membership.resumed();
    membership.denied(failure('denied'));
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
