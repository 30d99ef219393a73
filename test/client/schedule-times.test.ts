// When schedules fire: read, told in words, and put on the clocks of a time zone.
import type { CalendarSpecDescription } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { clockChangeNotes } from '../../client/schedules/clock-changes.js';
import { cronFault, cronOf } from '../../client/schedules/cron.js';
import { localTimezone, readTimezone, zonedText } from '../../client/schedules/timezone.js';
import { durationInWords, timesInWords } from '../../client/schedules/words.js';

const HOUR_MS = 3_600_000;

describe('cron expressions', () => {
  test.each([
    '0 2 * * *',
    '*/15 0-6,22 1,15 JAN-MAR mon-fri',
    '5-59/10 * 31 12 7',
    '  0 2 * * *  ',
  ])('%j is taken', (cron) => {
    expect(cronFault(cron)).toBeUndefined();
  });

  test.each([
    ['', 'has 0 fields (write five: minute, hour, day of month, month, day of week'],
    ['0 2 * *', 'has 4 fields'],
    ['0 0 2 * * *', 'has 6 fields'],
    ['@daily', 'has 1 field (write five'],
    ['60 2 * * *', '"60 2 * * *": minute 60 is out of bounds (write 0-59, *, a list or a range)'],
    ['0 24 * * *', 'hour 24 is out of bounds (write 0-23'],
    ['0 2 0 * *', 'day of month 0 is out of bounds (write 1-31'],
    ['0 2 * 13 *', 'month 13 is out of bounds'],
    ['0 2 * * MOON', 'day of week MOON is out of bounds (write 0-7, names such as SUN'],
    ['0 2 L * *', 'day of month L is out of bounds'],
    ['0 2 ? * *', 'day of month "?" is not understood'],
    ['0 5-2 * * *', 'hour 5-2 ends before it begins'],
    ['*/0 2 * * *', 'minute */0 has a step of 0'],
    ['0 2,, * * *', 'hour "" is not understood'],
  ])('%j is refused, with what to write', (cron, fault) => {
    expect(cronFault(cron)).toContain(fault);
  });

  test('are told back from the ranges that the server keeps', () => {
    const range = <T>(start: T, end = start, step = 1) => ({ start, end, step });
    const nightly: CalendarSpecDescription = {
      second: [range(0)],
      minute: [range(30)],
      hour: [range(2), range(14)],
      dayOfMonth: [range(1, 31)],
      month: [{ start: 'JANUARY', end: 'MARCH', step: 1 }],
      year: [],
      dayOfWeek: [{ start: 'MONDAY', end: 'FRIDAY', step: 1 }],
    };
    expect(cronOf(nightly)).toBe('30 2,14 * 1-3 1-5');
    const often = { ...nightly, minute: [range(0, 59, 15)], hour: [range(0, 6, 2)] };
    expect(cronOf(often)).toBe('*/15 0-6/2 * 1-3 1-5');
    expect(cronOf({ ...nightly, second: [range(5)], year: [range(2030)] })).toBe(
      '5 30 2,14 * 1-3 1-5 2030',
    );
  });
});

describe('words', () => {
  test.each([
    [['0 2 * * *'], 'At 02:00, every day'],
    [['30 2,14 * * *'], 'At 02:30 and 14:30, every day'],
    [['*/20 * * * *'], 'Every 20 minutes'],
    [['30 14 * * 1-5'], 'At 14:30, Monday through Friday'],
    // Temporal wants both to match.
    [['0 2 1 * 1'], 'At 02:00, on day 1 of the month, only on Monday'],
    [
      ['0 2 * * *', '*/20 6 * * 0'],
      'At 02:00, every day; Every 20 minutes, between 06:00 and 06:59, only on Sunday',
    ],
  ])('%j: %s', async (cron, words) => {
    expect(await timesInWords({ cron, intervals: [] })).toBe(words);
  });

  test.each([
    [HOUR_MS, 0, 'Every hour'],
    [6 * HOUR_MS, 15 * 60_000, 'Every 6 hours, shifted by 15 minutes'],
    [36 * HOUR_MS, 0, 'Every 1 day 12 hours'],
    [90_000, 1000, 'Every 1 minute 30 seconds, shifted by 1 second'],
  ])('%d ms, shifted by %d ms: %s', async (everyMs, offsetMs, words) => {
    expect(await timesInWords({ cron: [], intervals: [{ everyMs, offsetMs }] })).toBe(words);
  });

  test('durations are exact', () => {
    expect(durationInWords(0)).toBe('0 seconds');
    expect(durationInWords(25 * HOUR_MS + 1)).toBe('1 day 1 hour 1 millisecond');
  });
});

describe('time zones', () => {
  test('are taken in any case and by old names, and come in the spelling of the server', () => {
    const given = ['europe/berlin', 'Europe/Berlin', 'utc', 'US/Pacific'];
    const read = ['Europe/Berlin', 'Europe/Berlin', 'UTC', 'US/Pacific'];
    expect(given.map(readTimezone)).toEqual(read);
    expect(readTimezone(localTimezone())).toBe(localTimezone());
  });

  test.each([
    ['Europe/Berln', '"Europe/Berln" is no time zone (did you mean Europe/Berlin? write an IANA'],
    ['+01:00', '"+01:00" is no time zone (write an IANA name'],
    ['', '"" is no time zone'],
  ])('%j is refused, with what to write', (name, message) => {
    expect(() => readTimezone(name)).toThrow(message);
  });

  test('put moments on their clocks, before and after these change', () => {
    const moments = ['2027-03-27T01:00:00Z', '2027-03-28T01:00:00Z', '2027-10-31T01:00:00Z'];
    const shown = moments.map((iso) => zonedText(new Date(iso), 'Europe/Berlin'));
    expect(shown).toEqual([
      'Sat 2027-03-27 02:00 (UTC+1)',
      'Sun 2027-03-28 03:00 (UTC+2)',
      'Sun 2027-10-31 02:00 (UTC+1)',
    ]);
    expect(zonedText(new Date('2027-01-01T00:00:00Z'), 'Asia/Kolkata')).toBe(
      'Fri 2027-01-01 05:30 (UTC+5:30)',
    );
    expect(zonedText(new Date('2027-01-01T00:00:00Z'), 'UTC')).toBe('Fri 2027-01-01 00:00 (UTC)');
  });
});

describe('clocks that go forward', () => {
  const now = new Date('2026-11-24T12:00:00Z');
  const notes = (cron: string, zone: string) => clockChangeNotes([cron], zone, now);

  test('leave out the times that they skip', () => {
    expect(notes('0 2 * * *', 'Europe/Berlin')).toEqual([
      '2027-03-28 has no 02:00 in Europe/Berlin, where the clocks go forward: nothing starts then (another hour avoids it)',
    ]);
    expect(notes('*/20 2-5/3 * 3 0', 'Europe/Berlin')).toHaveLength(1);
    expect(notes('45 2 * * *', 'America/New_York')[0]).toContain('2027-03-14 has no 02:45');
  });

  test.each([
    ['0 4 * * *', 'Europe/Berlin'],
    ['0 2 * * 1-6', 'Europe/Berlin'],
    ['0 2 * 10 *', 'Europe/Berlin'],
    ['0 * * * *', 'Europe/Berlin'],
    ['0 2 * * *', 'UTC'],
    ['0 2 * * *', 'Asia/Tokyo'],
  ])('do not meet %s in %s', (cron, zone) => {
    expect(notes(cron, zone)).toEqual([]);
  });
});
