// Notifications as messages for people in a chat. Pure.
// Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks (text in mrkdwn).
// Teams: https://learn.microsoft.com/connectors/teams (an adaptive card, to a webhook of Workflows).
import type { Notification } from '../contract/activities.js';
import type { Chat } from '../contract/chat.js';

export interface FailureKind {
  code: string;
  clips: number;
  /** The first of them: its id, and what it failed of. */
  example: { id: string; message?: string };
}

export interface ChatFacts {
  notification: Notification;
  /** Error codes of clips that did not succeed, the most frequent first. */
  failures: readonly FailureKind[];
  /** What submissions have cost, with its currency. */
  cost?: string;
  /** Page of the batch, on which it is heard. */
  page?: string;
  /** Page of the batch in Temporal's web UI. */
  url?: string;
}

const TITLES = {
  'batch.finished': 'has finished',
  'batch.cancelled': 'was cancelled',
  'batch.paused': 'is paused',
  'batch.failed': 'has stopped',
} as const satisfies Record<Notification['type'], string>;
const MOST_REASON = 500;
/** Of an example. */
const MOST_MESSAGE = 160;
const SHOWN_FAILURES = 5;

/** The body for an incoming webhook. All texts are plain: what a manifest or a vendor says is no markup. */
export function chatBody(chat: Chat, facts: ChatFacts): string {
  const message = messageOf(facts);
  return JSON.stringify(chat === 'slack' ? slackBody(message) : teamsBody(message));
}

/** Longest texts of Slack's blocks. */
const SLACK_HEADER = 150;
const SLACK_TEXT = 3000;

function slackBody({ title, lines, links }: Message): object {
  const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
  const shown = links.map(({ name, url }) => `<${slackText(url)}|${name}>`).join('  ');
  return {
    text: slackText(title), // where only this is shown: in notifications of a telephone
    blocks: [
      { type: 'header', text: plain(title.slice(0, SLACK_HEADER)) },
      ...(lines.length === 0
        ? []
        : [{ type: 'section', text: plain(lines.join('\n').slice(0, SLACK_TEXT)) }]),
      ...(shown === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: shown } }]),
    ],
  };
}

function teamsBody({ title, lines, links }: Message): object {
  const block = (text: string, more: object = {}) => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text, ...more }],
  });
  const content = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    body: [
      block(title, { weight: 'Bolder', size: 'Medium' }),
      ...lines.map((line) => ({ ...block(line), spacing: 'Small' })),
    ],
    actions: links.map(({ name, url }) => ({ type: 'Action.OpenUrl', title: name, url })),
  };
  const attachment = { contentType: 'application/vnd.microsoft.card.adaptive', content };
  return { type: 'message', attachments: [attachment] };
}

interface Message {
  title: string;
  lines: string[];
  links: { name: string; url: string }[];
}

function messageOf({ notification, failures, cost, page, url }: ChatFacts): Message {
  const { type, batch, name, reason, counts, submissions, results } = notification;
  const of = name === undefined || name === batch ? batch : `${name} (${batch})`;
  const lines: string[] = [];
  if (counts) {
    const { total, ...by } = counts;
    const ended = Object.entries(by).filter(([, clips]) => clips > 0);
    lines.push(
      `${total} clips: ${ended.map(([status, clips]) => `${clips} ${status}`).join(', ')}`,
    );
  }
  if (submissions !== undefined) {
    lines.push(`${submissions} submissions${cost === undefined ? '' : `, ${cost}`}`);
  }
  if (reason !== undefined) lines.push(reason.slice(0, MOST_REASON));
  lines.push(...failures.slice(0, SHOWN_FAILURES).map(failureLine));
  const others = failures.slice(SHOWN_FAILURES).reduce((sum, { clips }) => sum + clips, 0);
  if (others > 0) lines.push(`${others} of other codes`);
  // Who has no page to open looks where the results lie.
  if (page === undefined && results !== undefined) lines.push(`Results: ${results}`);
  const links = [
    ...(page === undefined ? [] : [{ name: 'Listen', url: page }]),
    ...(url === undefined ? [] : [{ name: 'Temporal', url }]),
  ];
  return { title: `${of} ${TITLES[type]}`, lines, links };
}

function failureLine({ code, clips, example: { id, message } }: FailureKind): string {
  const told = message === undefined ? '' : `: ${cut(message, MOST_MESSAGE)}`;
  return `${clips} x ${code}, as ${cut(id, MOST_MESSAGE)}${told}`;
}

function cut(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}...` : line;
}

/** Slack's control characters. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
