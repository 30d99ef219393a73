// Notifications as messages in a chat: what a receiver gets, and that nothing in them is markup.
import { afterAll, expect, test } from 'vitest';
import { notifyActivity } from '../../activities/notify.js';
import { notificationsFinding } from '../../client/doctor/settings.js';
import { resolveConfig } from '../../config/config.js';
import { readChat } from '../../contract/chat.js';
import type { Notification } from '../../contract/activities.js';
import { createLinkSeal, sealedNotify } from '../../intake/link-seal.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { writeSegment } from '../../outcomes/segments.js';
import { openLocalStore } from '../../store/local-store.js';
import { frozen, manifestOf, succeeded } from '../outcomes/support.js';
import { notificationOf, receiver } from './support.js';

const fetch = createGuardedFetch({ allowHosts: ['127.0.0.1'] });
afterAll(() => fetch.close());

const HOSTILE = '<!channel> *bold* [x](http://evil.example) <http://evil.example|here>';

interface Sent {
  /** Codes of failed clips, from row 1. */
  codes?: string[];
  message?: string;
  page?: boolean;
}

async function sent(
  chat: 'slack' | 'teams',
  more: Partial<Notification> = {},
  { codes = ['680001', 'timeout', '680001'], message = 'no luck', page = true }: Sent = {},
) {
  const { received, url } = await receiver(() => 200);
  const { store } = await frozen(manifestOf(codes.length + 1));
  const failed = codes.map((errorCode, n) => ({
    ...{ row: n + 1, status: 'failed' as const, attempts: 1, errorCode, errorMessage: message },
  }));
  await writeSegment(store, 1, '00001', [succeeded(0), ...failed]);
  const notify = notifyActivity({
    ...{ fetch, openStore: openLocalStore },
    costText: (submissions) => `${submissions * 2} EUR`,
    ...(page && { pageUrl: (batch: string) => `https://music.example/batches/${batch}/` }),
    uiUrl: () => 'http://127.0.0.1:8233/x?a&b',
  });
  const notification = notificationOf('n-1', { results: store.location, ...more });
  await notify({ url: `${chat}+${url}`, notification });
  const [request] = received;
  expect(request?.headers).not.toHaveProperty('webhook-signature');
  return JSON.parse(request?.body ?? '') as unknown;
}

const TITLE = 'night (night-1) has finished';
const LINES = [
  '3 clips: 2 succeeded, 1 failed',
  '4 submissions, 8 EUR',
  '2 x 680001, as c1: no luck',
  '1 x timeout, as c2: no luck',
];

/** Lines of the message, without its title. */
async function linesOf(...how: Parameters<typeof sent>): Promise<string[]> {
  const { blocks } = (await sent(...how)) as { blocks: { text: { text: string } }[] };
  return blocks[1]?.text.text.split('\n') ?? [];
}

test('the worst five codes are told, each with a clip of it, and how many are of others', async () => {
  const codes = ['a', 'b', 'b', 'c', 'c', 'c', 'd', 'e', 'f', 'g'];
  const lines = await linesOf('slack', {}, { codes, message: `too\nlong ${'x'.repeat(500)}` });
  const told = `: too long ${'x'.repeat(151)}...`;
  expect(lines.slice(2)).toEqual([
    ...[`3 x c, as c4${told}`, `2 x b, as c2${told}`, `1 x a, as c1${told}`],
    ...[`1 x d, as c7${told}`, `1 x e, as c8${told}`],
    '2 of other codes',
  ]);
});

test('where no page shows it, the place of the results is told', async () => {
  const results = 's3://bucket/night-1';
  expect((await linesOf('slack', { results }, { page: false })).at(-1)).toBe(`Results: ${results}`);
});

test('Slack gets blocks of plain text, and links that are ours', async () => {
  expect(await sent('slack')).toEqual({
    text: TITLE,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: TITLE, emoji: false } },
      { type: 'section', text: { type: 'plain_text', text: LINES.join('\n'), emoji: false } },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: '<https://music.example/batches/night-1/|Listen>  <http://127.0.0.1:8233/x?a&amp;b|Temporal>',
        },
      },
    ],
  });
});

test('Teams gets an adaptive card', async () => {
  expect(await sent('teams')).toMatchObject({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: {
          type: 'AdaptiveCard',
          body: [TITLE, ...LINES].map((text) => ({
            type: 'RichTextBlock',
            inlines: [{ type: 'TextRun', text }],
          })),
          actions: [{ url: 'https://music.example/batches/night-1/' }, { title: 'Temporal' }],
        },
      },
    ],
  });
});

test('what a manifest or a vendor says is nobody else to either', async () => {
  const more = { type: 'batch.paused', name: HOSTILE, reason: HOSTILE.repeat(100) } as const;
  const slack = (await sent('slack', more)) as {
    text: string;
    blocks: { text: { type: string } }[];
  };
  expect(slack.text).not.toMatch(/[<>]/);
  expect(slack.blocks.slice(0, 2).map(({ text }) => text.type)).toEqual([
    'plain_text',
    'plain_text',
  ]);
  expect(JSON.stringify(slack).length).toBeLessThan(4000);
  const teams = JSON.stringify(await sent('teams', more, { message: HOSTILE }));
  expect(teams).not.toContain('"TextBlock"'); // the one that shows Markdown
});

test('links to chats are settings, secrets, and told by their host alone', () => {
  const link = 'slack+https://hooks.slack.example/services/T0/B0/secret-path';
  const { notifications } = resolveConfig({ notify: link }, { HOME: '/nonexistent' }, '/');
  expect(notifications.url).toBe(link);
  expect(readChat(link)).toEqual({ chat: 'slack', url: link.slice('slack+'.length) });
  const finding = JSON.stringify(notificationsFinding({ notifications }));
  expect(finding).toContain('go to hooks.slack.example, as messages for slack');
  expect(finding).not.toContain('secret-path');
  const { seal, open } = createLinkSeal('sixteen letters!', { REELSCORE_LINK_CHAT: link });
  const sealed = sealedNotify(seal, link);
  expect([sealed.includes('secret-path'), open(sealed)]).toEqual([false, link]);
  expect(sealed).toContain('https://hooks.slack.example');
  expect(open('env:REELSCORE_LINK_CHAT')).toBe(link);
  for (const wrong of [
    'irc+https://a.example',
    'slack+ftp://a.example',
    'slack+https://u:p@a.example',
  ]) {
    expect(() => resolveConfig({ notify: wrong }, { HOME: '/nonexistent' }, '/')).toThrow(/notify/);
  }
});
