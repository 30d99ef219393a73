import { describe, expect, test } from 'vitest';
import type { LeaveReport, MemberReport, Share } from '../../../contract/account.js';
import { newAccount, Roster } from '../../../workflows/account/roster.js';
import { GIVEN_OUT_MS } from '../../../workflows/account/timeline.js';

const idle = () => false;

/** An account whose batches answer when they are told to. */
class Desk {
  readonly roster: Roster;
  readonly shares = new Map<string, Share>();

  constructor(public now = 0) {
    this.roster = new Roster(newAccount(now));
  }

  says(batch: string, more: Partial<MemberReport & LeaveReport> = {}): this {
    this.roster.report(
      {
        ...{ batch, chain: `${batch}-1`, name: batch, priority: 'normal' },
        pace: { ratePerSecond: 1, burst: 1, maxInFlight: 10 },
        version: this.shares.get(batch)?.version ?? 0,
        resumes: this.shares.get(batch)?.resumes ?? 0,
        ...{ next: 0, held: 0, wants: 50 },
        ...more,
      },
      this.now,
    );
    return this.settles();
  }

  settles(now = this.now): this {
    this.now = now;
    for (const { batch, share } of this.roster.settle(now, idle)) this.shares.set(batch, share);
    return this;
  }

  slots(): Record<string, number> {
    return Object.fromEntries([...this.shares].map(([batch, { slots }]) => [batch, slots]));
  }
}

describe('slots (G1)', () => {
  const full = () => new Desk().says('a', { held: 0 }).says('a', { held: 10 });

  test('a second batch gets none before the first has answered and given back', () => {
    const desk = full().says('b');
    expect(desk.slots()).toEqual({ a: 5, b: 0 });
    desk.says('a', { held: 10 });
    expect(desk.slots()).toEqual({ a: 5, b: 0 });
    desk.says('a', { held: 8 });
    expect(desk.slots()).toEqual({ a: 5, b: 2 });
    desk.says('a', { held: 5 });
    expect(desk.slots()).toEqual({ a: 5, b: 5 });
  });

  test('a report from before the smaller share is no answer to it', () => {
    const desk = full();
    const version = desk.shares.get('a')!.version;
    desk.says('b').says('a', { held: 2, version });
    expect(desk.slots()).toEqual({ a: 5, b: 0 });
  });

  test('a batch that was reset is another member: its moments begin after those it gave out before', () => {
    const desk = full().says('b');
    const { version, frame } = desk.shares.get('b')!;
    desk.settles(9000).says('b', { run: 'reset', held: 0, version: 0 });
    const share = desk.shares.get('b')!;
    expect(share.version).toBeGreaterThan(version);
    desk.says('a', { held: 5 }).says('b', { run: 'reset', held: 0 });
    expect(desk.shares.get('b')?.frame?.id).not.toBe(frame?.id);
    expect(desk.shares.get('b')?.frame?.start).toBeGreaterThanOrEqual(9000 + 2000);
    expect(Object.keys(desk.slots())).toEqual(['a', 'b']);
  });

  test('a batch above its share gets no more before it is below it', () => {
    const desk = full().says('b').says('a', { held: 9 });
    desk.says('b', { left: true });
    expect(desk.slots()['a']).toBeLessThanOrEqual(10);
    const over = full().says('b').says('a', { held: 9 }).says('a', { held: 9, wants: 0 });
    expect(over.slots()['b']).toBe(1);
  });

  test('a smaller cap takes effect with the answers, and a larger one at once', () => {
    const desk = full();
    desk.roster.tune({ maxInFlight: 4 });
    expect(desk.settles().slots()).toEqual({ a: 4 });
    desk.roster.tune({ maxInFlight: 12 });
    desk.settles();
    expect(desk.slots()).toEqual({ a: 4 }); // it may still use ten
    expect(desk.says('a', { held: 4 }).slots()).toEqual({ a: 12 });
  });
});

describe('the timeline (G2, G3)', () => {
  test('a second batch gets moments once the first has stopped, after its last', () => {
    const desk = new Desk().says('a');
    expect(desk.shares.get('a')!.frame).toMatchObject({ own: [0], turn: 1, start: 0 });
    desk.says('b');
    expect(desk.shares.get('a')!.frame).toBeUndefined();
    expect(desk.shares.get('b')!.frame!.own).toEqual([]);
    desk.says('a', { next: 2500 });
    for (const [batch, own] of [
      ['a', [0]],
      ['b', [1]],
    ] as const) {
      expect(desk.shares.get(batch)!.frame).toMatchObject({ start: 2500, turn: 2, own });
    }
  });

  test('goes on without one that does not answer, and takes it in again when it does', () => {
    const desk = new Desk().says('a').says('b').settles(11_000);
    expect(desk.shares.get('b')!.frame!.own).toEqual([]);
    desk.settles(12_000);
    const { start, own, turn } = desk.shares.get('b')!.frame!;
    expect({ own, turn }).toEqual({ own: [0], turn: 1 });
    expect(start).toBeGreaterThanOrEqual(13_500); // whatever was given out is past
    desk.says('a').says('b', { next: 20_000 });
    expect(desk.shares.get('a')!.frame!.own).toHaveLength(1);
  });

  test('what a batch gave out before it left or died is not given out again', () => {
    const left = new Desk().says('a').says('a', { left: true, next: 9000 }).says('b');
    expect(left.shares.get('b')!.frame!.start).toBe(9000);
    const died = new Desk().says('a');
    died.now = 5000;
    died.roster.gone(['a'], died.now);
    expect(died.says('b').shares.get('b')!.frame!.start).toBeGreaterThanOrEqual(6500);
  });

  test('a batch that runs again is another one', () => {
    const desk = new Desk().says('a', { held: 10 }).says('a', { chain: 'a-2', version: 0 });
    expect(desk.roster.state.members).toHaveLength(1);
    expect(desk.shares.get('a')).toMatchObject({ slots: 10 });
    desk.says('a', { chain: 'a-1', left: true }); // the old one, late
    expect(desk.roster.state.members).toHaveLength(1);
  });
});

describe('a batch that falls silent (G4)', () => {
  const HOUR = 3_600_000;
  const wedged = () =>
    new Desk().says('a', { held: 10, taskTimeoutMs: HOUR }).says('b', { priority: 'urgent' });

  test('keeps its slots and loses its moments, and the account names it', () => {
    const desk = wedged().settles(12_000).says('b').settles(30_000);
    expect(desk.slots()['b']).toBe(0);
    expect(desk.shares.get('b')!.frame).toMatchObject({ own: [0], turn: 1 });
    const { silent } = desk.roster.view(desk.now).members[0]!;
    expect(silent).toMatchObject({ since: 12_000, keeps: 10, until: 12_000 + HOUR + GIVEN_OUT_MS });
    expect(desk.roster.nextDue()).toBe(silent!.until);
  });

  test('is put out when its tasks cannot be waited for any more, not before', () => {
    const desk = wedged()
      .settles(12_000)
      .says('b')
      .settles(12_000 + HOUR);
    expect(desk.slots()['b']).toBe(0);
    expect(desk.settles(12_000 + HOUR + GIVEN_OUT_MS).slots()).toEqual({ a: 0, b: 10 });
    expect(desk.shares.get('a')!.frame).toBeUndefined();
  });

  test('is heard again: it is not silent, and has moments and slots', () => {
    const desk = wedged().settles(12_000).says('b').says('a', { held: 10 });
    expect(desk.roster.view(desk.now).members[0]!.silent).toBeUndefined();
    desk.says('b').says('a', { held: 2 }).says('b').says('a', { held: 2 });
    expect(desk.slots()).toEqual({ a: 5, b: 5 });
    expect(desk.shares.get('a')!.frame!.own.length).toBeGreaterThan(0);
  });

  test('can be evicted, and what it said before it knew of that is not heeded', () => {
    const desk = wedged().settles(12_000).says('b');
    const { version } = desk.shares.get('a')!;
    expect(desk.roster.evict('a')).toBe(10);
    desk.settles();
    expect(desk.slots()).toEqual({ a: 0, b: 10 });
    expect(desk.roster.isContended).toBe(false);
    desk.says('a', { held: 10, version });
    expect(desk.slots()).toEqual({ a: 0, b: 10 });
    expect(desk.roster.view(desk.now).members[0]!.evicted).toBe(true);
    // It has seen the share that takes everything: it counts again, with what it holds.
    desk.says('a', { held: 6 });
    expect(desk.roster.view(desk.now).members[0]!.evicted).toBeUndefined();
    expect(desk.slots()['b']).toBeLessThan(10);
    expect(desk.slots()['a']).toBeLessThanOrEqual(6); // nothing new
    desk.says('b', { held: 4 }).says('a', { held: 1 }).says('b', { held: 4 });
    expect(desk.slots()['a']).toBeGreaterThan(0);
    const { a = 0, b = 0 } = desk.slots();
    expect(a + b).toBeLessThanOrEqual(10);
  });

  test('found stuck by Temporal, it is silent though the account has asked nothing of it', () => {
    const desk = new Desk().says('a').says('b').says('a').says('b');
    desk.roster.stuck(['a'], 5000);
    desk.settles(5000);
    expect(desk.shares.get('a')!.frame).toBeUndefined(); // it must answer
    desk.says('b').settles(17_000);
    expect(desk.shares.get('b')!.frame).toMatchObject({ own: [0], turn: 1 });
  });

  test.each([
    ['a number', 7, /no batch is named/],
    ['nothing', undefined, /no batch is named/],
    ['another batch', 'c', /does not use this account/],
    ['one that answers', 'b', /pause or cancel/],
  ])('%s cannot be evicted', (_, batch, reason) => {
    const desk = wedged().settles(12_000).says('b');
    expect(desk.roster.evictionFault(batch)).toMatch(reason);
    expect(desk.roster.evictionFault('a')).toBeUndefined();
  });
});

describe('the account', () => {
  test('takes its limits from the first batch, and from no other while it is used', () => {
    const pace = { ratePerSecond: 7, burst: 2, maxInFlight: 3 };
    const desk = new Desk().says('a', { pace }).says('b');
    expect(desk.roster.view(0).limits).toEqual(pace);
    desk.says('a', { left: true }).says('b', { left: true }).says('c');
    expect(desk.roster.view(0).limits.ratePerSecond).toBe(1);
  });

  test('pauses everyone for one that was denied, and one resume opens it', () => {
    const desk = new Desk().says('a').says('b').says('a', { denied: 'no credit' });
    expect([...desk.shares.values()].map(({ paused }) => paused)).toEqual([
      'no credit',
      'no credit',
    ]);
    expect(desk.roster.view(0)).toMatchObject({ state: 'paused', reason: 'no credit' });
    desk.says('b', { resumed: true });
    expect([...desk.shares.values()].map(({ paused }) => paused)).toEqual([undefined, undefined]);
  });

  test('is not paused again by a batch that did not know yet that it was resumed', () => {
    const desk = new Desk(1).says('a').says('b').says('a', { denied: 'no credit' });
    const { resumes } = desk.shares.get('b')!;
    desk.says('a', { resumed: true }).says('b', { denied: 'no credit', resumes });
    expect(desk.roster.view(1).state).toBe('open');
    expect(desk.shares.get('b')!.resumes).toBeGreaterThan(resumes); // which lifts its own pause
    desk.says('b', { denied: 'no credit' });
    expect(desk.roster.view(1).state).toBe('paused');
  });

  test('tells everyone of a slowdown, and says nothing twice', () => {
    const throttled = { class: 'throttled' as const, code: 'http_429', message: 'busy', moment: 0 };
    const desk = new Desk().says('a').says('b').says('a', { next: 0 });
    desk.says('a', { throttled });
    for (const { slowdown } of desk.shares.values()) {
      expect(slowdown).toEqual({ reason: 'http_429 busy', until: 1000 });
    }
    expect(desk.roster.view(0)).toMatchObject({ state: 'slowed', ratePerSecond: 0.5 });
    expect(desk.roster.settle(desk.now, idle)).toEqual([]);
  });

  test('finds batches at work: they stop and tell what they hold before anyone gets a share', () => {
    const desk = new Desk();
    desk.roster.recover([{ batch: 'old', chain: 'old-1' }], 0);
    desk.says('new');
    expect(desk.slots()).toEqual({ old: 0, new: 0 });
    expect(desk.shares.get('old')!.frame).toBeUndefined();
    desk.says('old', { held: 6, next: 700 });
    expect(desk.slots()).toEqual({ old: 5, new: 4 });
    expect(desk.shares.get('new')!.frame!.start).toBe(700);
    desk.says('old', { held: 4 });
    expect(desk.slots()).toEqual({ old: 5, new: 5 });
  });

  test("takes no answer to its predecessor's shares for one to its own", () => {
    const old = new Desk(1000).says('old', { held: 10 });
    for (let cap = 11; cap < 200; cap++) {
      old.roster.tune({ maxInFlight: cap });
      old.settles();
    }
    const { version } = old.shares.get('old')!;
    const desk = new Desk(60_000);
    desk.roster.recover([{ batch: 'old', chain: 'old-1' }], desk.now);
    desk.says('new').says('old', { held: 10, version });
    expect(desk.slots()).toEqual({ old: 0, new: 0 });
    expect(desk.shares.get('old')!.version).toBeGreaterThan(version);
    desk.says('old', { held: 10 });
    expect(desk.slots()).toEqual({ old: 5, new: 0 });
  });

  test('leaves a batch that is being told something for later', () => {
    const desk = new Desk().says('a');
    desk.roster.tune({ maxInFlight: 3 });
    expect(desk.roster.settle(0, () => true)).toEqual([]);
    expect(desk.settles().slots()).toEqual({ a: 3 });
  });
});
