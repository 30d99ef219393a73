// What a cell of the column file_link means: its text, or the link that lies on it. Pure.
import type { Fault } from '../problems.js';

/** `isTaken`: the note is that the link was taken in place of the text. */
export type ShownLink = { text: string; note?: Fault; isTaken: boolean } | { fault: Fault };

/** A text that is a link by itself. */
const IS_LINK = /^(https?|s3|file):/i;
const HAS_SCHEME = /^[a-z][a-z0-9+.-]+:/i;
/** `clips/a.mp4`, `a.mp4` */
const LIKE_PATH = /[/\\]|\.[a-z0-9]{2,5}$/i;

/**
 * People see the text, and a click leads to the link. A text that is a link itself counts, because a link behind it
 * is often left from an earlier text; behind any other text, such as `clip 1`, the link counts.
 * @param link what lies on the cell; without `target` it is one that cannot be read
 */
export function shownLink(text: string, link: { target?: string } | undefined): ShownLink {
  if (!link) return { text, isTaken: false };
  const { target } = link;
  if (target === undefined)
    return IS_LINK.test(text) ? { text, isTaken: false } : { fault: UNSEEN };
  if (IS_LINK.test(text)) {
    if (plain(text) === plain(target)) return { text, isTaken: false };
    return { text, note: otherLink(text, target), isTaken: false };
  }
  if (IS_LINK.test(target)) return { text: target, note: taken(text, target), isTaken: true };
  if (HAS_SCHEME.test(target) || LIKE_PATH.test(text)) return { text, isTaken: false };
  const path = decoded(target);
  return { text: path, note: taken(text, path), isTaken: true };
}

/** Spreadsheet programs write a link on a text a little different from it. */
function plain(link: string): string {
  return decoded(link.trim()).replace(/\/$/, '').toLowerCase();
}

function decoded(link: string): string {
  try {
    return decodeURIComponent(link);
  } catch {
    return link;
  }
}

const UNSEEN: Fault = {
  fault: 'file_link shows a text, and its link is made by a formula of other cells',
  remedy: 'write the link itself into the cell',
};

function taken(text: string, target: string): Fault {
  return {
    fault: `file_link shows ${short(text)} and links to ${short(target)}: such links are taken`,
    remedy: 'write the link itself into the cells if that is not meant',
  };
}

function otherLink(text: string, target: string): Fault {
  return {
    fault: `file_link shows ${short(text)} and links to ${short(target)}: the text is taken`,
    remedy: 'remove the link from the cell, or correct its text',
  };
}

const SHOWN = 80;

function short(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}...` : text;
}
