// Links of notifications that are messages for people: the link to a chat's incoming webhook, after the chat's name.

export const CHATS = ['slack', 'teams'] as const;
export type Chat = (typeof CHATS)[number];

const LINK = /^(slack|teams)\+(https?:\/\/[^]*)$/;

/** The chat that a link is for, and the link to its webhook; of any other link itself. */
export function readChat(link: string): { chat?: Chat; url: string } {
  const [, chat, url] = LINK.exec(link) ?? [];
  return url === undefined ? { url: link } : { chat: chat as Chat, url };
}
