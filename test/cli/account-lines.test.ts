import pc from 'picocolors';
import { describe, expect, test } from 'vitest';
import { accountLines, tunedText } from '../../cli/account-lines.js';
import type { AccountBatch, AccountStatus, AccountView } from '../../client/index.js';

const NOW = 1_700_000_000_000;
const limits = { ratePerSecond: 5, burst: 2, maxInFlight: 20 };

function batch(name: string, more: Partial<AccountBatch> = {}): AccountBatch {
  const member = { batch: name, name, priority: 'normal' as const, rateShare: 0.5, slots: 10 };
  return { ...member, wants: 7, own: { state: 'running', inFlight: 9, queued: 30 }, ...more };
}

function status(view: Partial<AccountView>, batches = [batch('a'), batch('b')]): AccountStatus {
  const answer: AccountView = {
    state: 'open',
    limits,
    ratePerSecond: 5,
    members: batches,
    ...view,
  };
  const running = { running: true, workerAnswering: true };
  return { account: 'studio', ...running, limits, view: answer, batches };
}

const lines = (of: AccountStatus): string[] => accountLines(of, NOW, pc.createColors(false));
const text = (of: AccountStatus): string => lines(of).join('\n');

describe('an account shows', () => {
  test('its limits, what is used, and the share of each batch', () => {
    const urgent = batch('today', { priority: 'urgent', rateShare: 0.75, slots: 15 });
    expect(lines(status({}, [batch('lib', { rateShare: 0.25, slots: 5 }), urgent]))).toEqual([
      'Account studio: open; 5/s, burst 2, 18 of 20 tasks in flight',
      '  lib    normal  1.25/s, 9 of 5 tasks in flight, 30 to come',
      '  today  urgent  3.75/s, 9 of 15 tasks in flight, 30 to come',
    ]);
  });

  test('who waits, who wants nothing, who is paused and who does not answer', () => {
    const own = { state: 'running' as const, inFlight: 0, queued: 3 };
    const silent = batch('silent');
    delete silent.own;
    const shown = text(
      status({}, [
        batch('waiting', { rateShare: 0, own }),
        batch('content', { rateShare: 0, wants: 0, own }),
        batch('paused', { rateShare: 0, own: { ...own, state: 'paused' } }),
        silent,
      ]),
    );
    expect(shown).toMatch(/waiting +normal +waits for its share, 0 of 10/);
    expect(shown).toMatch(/content +normal +wants no share now/);
    expect(shown).toMatch(/paused +normal +paused, 0 in flight, 3 to come/);
    expect(shown).toMatch(/silent +normal +does not answer/);
  });

  test('who does not answer, what it keeps from others, and the command that helps', () => {
    const silent = { since: NOW - 65_000, keeps: 4, until: NOW + 3_600_000 };
    const shown = text(
      status({}, [batch('a'), batch('b', { silent }), batch('c', { evicted: true })]),
    );
    expect(shown).toContain(
      'b has not answered for 1 min 5 s and keeps 4 of 20 tasks in flight from others for 1 h 0 min; free them now: reelscore evict b',
    );
    expect(shown).toContain('c was evicted; it joins anew when it answers.');
  });

  test('why it is slowed, to what, and until when', () => {
    const slowed = { state: 'slowed' as const, reason: '429 slow down', ratePerSecond: 2.5 };
    const held = text(status({ ...slowed, holdUntil: NOW + 8000 }));
    expect(held).toContain('SLOWED; 2.5/s of 5/s');
    expect(held).toContain('429 slow down; nothing is submitted for 8 s');
    expect(held).toContain('  1.25/s, 9 of 10');
    expect(text(status(slowed))).toContain('429 slow down; the rate goes back up in steps');
  });

  test('why it is paused, and the one command that starts all batches', () => {
    const reason = 'the vendor denies access: 401 bad\u001b[2Jkey';
    const paused = text(status({ state: 'paused', reason }));
    expect(paused).toContain('PAUSED; 5/s');
    expect(paused).toContain(
      'All its batches are paused: the vendor denies access: 401 bad [2Jkey',
    );
    expect(paused).toContain('for all of them: reelscore resume a');
  });

  test('that nobody uses it, or that no worker answers', () => {
    const idle = { account: 'studio', running: false, limits, batches: [] };
    expect(text(idle)).toContain('(configured: 5/s, burst 2, 20 tasks in flight)');
    const silent = { ...idle, running: true, workerAnswering: false };
    expect(text(silent)).toContain('no worker answers for it (start: reelscore serve)');
    const simulated = { ...silent, account: 'simulator' };
    expect(text(simulated)).toContain('reelscore serve --simulate');
  });
});

test('tune tells old and new values in one line', () => {
  expect(tunedText(limits, { ...limits, ratePerSecond: 0.5, maxInFlight: 4 })).toBe(
    'rate 5/s -> 0.5/s, burst 2, tasks in flight 20 -> 4',
  );
});
