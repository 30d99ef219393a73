// Links that hold a secret, as they stand on the Temporal wire, where histories keep what passes for a long time:
// sealed with a key that clients and workers share, or named by a variable of the worker's environment.

/** `sealed:1:<key>:<box>:<what may be shown>` */
const SEALED = /^sealed:1:([\w-]+):([\w-]+):([^]*)$/;
/** Other variables are none of a request's business. */
const REFERENCE = /^env:(REELSCORE_LINK_[A-Z0-9_]+)$/;

export interface SealedLink {
  /** Tells by which key it can be opened. */
  key: string;
  box: string;
  /** What people may see of the link. */
  shown: string;
}

export function sealedText({ key, box, shown }: SealedLink): string {
  return `sealed:1:${key}:${box}:${shown}`;
}

/** Undefined if the text is no sealed link. */
export function readSealed(text: string): SealedLink | undefined {
  const [, key, box, shown] = SEALED.exec(text) ?? [];
  return key === undefined || box === undefined || shown === undefined
    ? undefined
    : { key, box, shown };
}

/** The variable that a text names in place of a link; undefined if it is no such text. */
export function readReference(text: string): string | undefined {
  return REFERENCE.exec(text)?.[1];
}

/** Whether the text is a link in one of the two forms. */
export function isSecretLink(text: string): boolean {
  return readSealed(text) !== undefined || readReference(text) !== undefined;
}

/** What people may see of a link: of one that is in no such form, all but user, query and fragment. */
export function shownLink(link: string): string {
  const sealed = readSealed(link);
  if (sealed) return sealed.shown;
  const match = /^(https?:\/\/)(?:[^/?#]*@)?([^?#]*)([?#]?)/i.exec(link);
  if (!match) return link;
  const [, scheme = '', place = '', more = ''] = match;
  return `${scheme}${place}${more === '' ? '' : '?...'}`;
}
