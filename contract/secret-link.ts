// Links that hold a secret, as they cross the Temporal wire. Histories keep payloads for a long time, so such
// a link is sealed with a key that clients and workers share, or replaced by a reference: the name of a
// variable in the worker's environment.

/** `sealed:1:<key>:<box>:<shown>` */
const SEALED = /^sealed:1:([\w-]+):([\w-]+):([^]*)$/;
/** A request may refer to no other variables. */
const REFERENCE = /^env:(REELSCORE_LINK_[A-Z0-9_]+)$/;

export interface SealedLink {
  /** Identifies the key that opens it. */
  key: string;
  box: string;
  /** The part of the link that may be shown to users. */
  shown: string;
}

export function sealedText({ key, box, shown }: SealedLink): string {
  return `sealed:1:${key}:${box}:${shown}`;
}

/** Undefined if the text is not a sealed link. */
export function readSealed(text: string): SealedLink | undefined {
  const [, key, box, shown] = SEALED.exec(text) ?? [];
  return key === undefined || box === undefined || shown === undefined
    ? undefined
    : { key, box, shown };
}

/** The variable that a text refers to in place of a link; undefined if the text is not a reference. */
export function readReference(text: string): string | undefined {
  return REFERENCE.exec(text)?.[1];
}

/** Whether the text is a sealed link or a reference. */
export function isSecretLink(text: string): boolean {
  return readSealed(text) !== undefined || readReference(text) !== undefined;
}

/** The part of a link that may be shown to users: of a plain link all but user, query and fragment. */
export function shownLink(link: string): string {
  const sealed = readSealed(link);
  if (sealed) return sealed.shown;
  const match = /^((?:slack\+|teams\+)?https?:\/\/)(?:[^/?#]*@)?([^?#]*)([?#]?)/i.exec(link);
  if (!match) return link;
  const [, scheme = '', place = '', more = ''] = match;
  return `${scheme}${place}${more === '' ? '' : '?...'}`;
}
