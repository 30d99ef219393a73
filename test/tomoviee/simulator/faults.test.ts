import { describe, expect, test } from 'vitest';
import { FaultPlan } from '../../../tomoviee/simulator/fault-plan.js';
import { faultHelp, faultsOfClip, parseFaults } from '../../../tomoviee/simulator/faults.js';
import { noJournal } from '../../../tomoviee/simulator/journal.js';

const clip = (fileLink: string, own = '') => ({ fileLink, own: parseFaults(own) });

describe('the grammar', () => {
  test('reads names, values and modifiers', () => {
    expect(parseFaults(' fail*2, code:680123:out of credit ,late:500~0.25,429@3,')).toEqual([
      { name: 'fail', args: [], times: 2, text: 'fail*2' },
      { name: 'code', args: ['680123', 'out of credit'], text: 'code:680123:out of credit' },
      { name: 'late', args: ['500'], probability: 0.25, text: 'late:500~0.25' },
      { name: '429', args: [], nth: 3, text: '429@3' },
    ]);
    expect(parseFaults('')).toEqual([]);
  });

  test.each([
    ['explode', 'is not known'],
    ['fail!', 'is not known'],
    ['constructor', 'is not known'],
    ['late', 'needs a value (write late:MS)'],
    ['late:soon', 'expected a whole number from 0'],
    ['late:99999999999', 'expected a whole number from 0'],
    ['http:200', 'from 400 to 599, got 200'],
    ['reordered:1:soon', 'expected a whole number from 0'],
    ['lost:3', 'takes no value'],
    ['fail*0', '*TIMES'],
    ['fail~2', '~PROBABILITY'],
    ['fail@1.5', '@NTH'],
  ])('refuses %s and says what to write', (text, message) => {
    expect(() => parseFaults(text)).toThrow(message);
  });

  test('finds the faults of a clip in its file_link, prompt and params', () => {
    const found = faultsOfClip({
      fileLink: 'http://clips.example/a.mp4?x=1&sim=fail*1,late:500',
      prompt: 'Calm [sim:lost] piano [sim:cut]',
      params: '[sim:slow:20]',
    });
    expect(found.map(({ text }) => text)).toEqual(['fail*1', 'late:500', 'lost', 'cut', 'slow:20']);
    expect(faultsOfClip({ fileLink: 'http://a.example/?maxsim=3', prompt: 'x' })).toEqual([]);
  });

  test('every fault stands in the help', () => {
    for (const text of ['429[:SECONDS]', 'forged-task', 'reordered[:N[:MS]]', 'cut ', '?sim=']) {
      expect(faultHelp()).toContain(text);
    }
  });
});

describe('a fault', () => {
  const strikes = (plan: FaultPlan, target: ReturnType<typeof clip>, times: number) =>
    Array.from({ length: times }, () => plan.strike(target, 'fail') !== undefined);

  test('without a modifier strikes every time', () => {
    const plan = new FaultPlan([], 1, noJournal);
    expect(strikes(plan, clip('a', 'fail'), 3)).toEqual([true, true, true]);
    expect(strikes(plan, clip('a', 'lost'), 1)).toEqual([false]);
  });

  test('with *n strikes n times for each clip, whoever asks', () => {
    const plan = new FaultPlan(parseFaults('fail*2'), 1, noJournal);
    expect(strikes(plan, clip('a'), 3)).toEqual([true, true, false]);
    expect(strikes(plan, clip('b'), 3)).toEqual([true, true, false]);
    expect(strikes(plan, clip('a'), 1)).toEqual([false]);
  });

  test('with @n strikes the nth time only: of its clip, or of all clips', () => {
    const plan = new FaultPlan(parseFaults('fail@3'), 1, noJournal);
    const clips = ['a', 'b', 'c', 'd'].map((name) => clip(name));
    expect(clips.map((each) => strikes(plan, each, 1)[0])).toEqual([false, false, true, false]);
    const own = new FaultPlan([], 1, noJournal);
    expect(strikes(own, clip('a', 'fail@2'), 3)).toEqual([false, true, false]);
    expect(strikes(own, clip('b', 'fail@2'), 3)).toEqual([false, true, false]);
  });

  test('with ~p strikes about that share, the same ones for the same seed in any order', () => {
    const names = Array.from({ length: 2000 }, (_, i) => `clip ${i}`);
    const struck = (seed: number, order: string[]) => {
      const plan = new FaultPlan(parseFaults('fail~0.1'), seed, noJournal);
      return new Set(order.filter((name) => strikes(plan, clip(name), 1)[0]));
    };
    const first = struck(1, names);
    expect(first.size).toBeGreaterThan(140);
    expect(first.size).toBeLessThan(260);
    expect(struck(1, names.toReversed())).toEqual(first);
    expect(struck(2, names)).not.toEqual(first);
  });

  test("of the clip comes before the simulator's, and the first written before the second", () => {
    const plan = new FaultPlan(parseFaults('http:500'), 1, noJournal);
    const target = clip('a', '429*1,http:503*1');
    const texts = [1, 2, 3].map(() => plan.strike(target, 'http', '429')?.text);
    expect(texts).toEqual(['429*1', 'http:503*1', 'http:500']);
  });
});
