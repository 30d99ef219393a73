// Finds secrets in texts in any encoding: plain, escaped as in JSON, in a URL or in HTML, any
// number of times and in any mixture, in base64 or in hex. Pure.

/** Shorter ones would be found by chance in base64 or hex. */
const LEAST_ENCODED_BYTES = 8;

/** An escape of one character; a backslash before a character that is no letter or digit is dropped. */
const ESCAPES =
  /\\{1,8}u([0-9a-f]{4})|\\{1,8}(?=[^\w\s\\])|%(?:25){0,4}([0-9a-f]{2})|&#(?:(\d{1,3})|x([0-9a-f]{1,2}));/gi;

/** `[from, to]`, `to` excluded. */
export type Stretch = readonly [from: number, to: number];

/** Where a text contains secrets, in order, without overlaps. */
export type FindSecrets = (text: string) => Stretch[];

interface Forms {
  /** Searched for in the raw text. */
  raw: string[];
  /** Searched for in the unescaped text. */
  plain: string[];
  /** Likewise, in lower case. */
  hex?: string;
  /** Likewise, with the URL-safe base64 alphabet. */
  base64: string[];
}

export function secretFinder(secrets: readonly string[]): FindSecrets {
  const forms = secrets.filter((secret) => secret !== '').map(formsOf);
  return (text) => {
    const resolved = resolve(text);
    const { plain, placeOf } = resolved;
    const lower = plain.toLowerCase();
    const urlSafe = plain.replaceAll('+', '-').replaceAll('/', '_');
    const places = forms.flatMap(({ raw, plain: signs, hex, base64 }) => [
      ...raw.flatMap((form) => occurrences(text, form)),
      ...signs.flatMap((form) => occurrences(plain, form).map(placeOf)),
      ...(hex === undefined ? [] : occurrences(lower, hex).map(placeOf)),
      ...base64.flatMap((form) => occurrences(urlSafe, form).map(placeOf)),
    ]);
    return merged(places);
  };
}

function formsOf(secret: string): Forms {
  const bytes = Buffer.from(secret);
  const escaped = JSON.stringify(secret).slice(1, -1);
  const long = bytes.length >= LEAST_ENCODED_BYTES;
  return {
    // What looks like an escape in the secret itself must not be unescaped.
    raw: unique([secret, escaped, JSON.stringify(escaped).slice(1, -1)]),
    // In form encoding a plus is a space, and escapes are bytes.
    plain: unique([secret, secret.replaceAll(' ', '+'), bytes.toString('latin1')]),
    ...(long && { hex: bytes.toString('hex') }),
    base64: long ? inBase64(bytes) : [],
  };
}

/**
 * What base64 of any text around the secret has of it: three ways, by where in a group of three bytes the
 * secret begins, without the signs that share bits with its neighbours.
 */
function inBase64(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    const from = Math.ceil((before * 8) / 6);
    const to = Math.floor((whole.length * 8) / 6);
    return whole.toString('base64url').slice(from, to);
  });
}

/** The text with every escape resolved, and where a place of it stands in the text itself. */
function resolve(text: string): { plain: string; placeOf: (place: Stretch) => Stretch } {
  const parts: string[] = [];
  // For each escape: the position after it, in the text and in `plain`.
  const ends: number[] = [];
  const starts: number[] = [];
  const plainEnds: number[] = [];
  let length = 0;
  let at = 0;
  for (const match of text.matchAll(ESCAPES)) {
    const [whole, unit, byte, decimal, hex] = match;
    const code = unit ?? byte ?? hex;
    const sign =
      code !== undefined
        ? String.fromCharCode(parseInt(code, 16))
        : decimal === undefined
          ? ''
          : String.fromCharCode(Number(decimal));
    const before = text.slice(at, match.index);
    parts.push(before, sign);
    length += before.length + sign.length;
    at = match.index + whole.length;
    starts.push(match.index);
    ends.push(at);
    plainEnds.push(length);
  }
  if (parts.length === 0) return { plain: text, placeOf: (place) => place };
  parts.push(text.slice(at));
  /** For a character of `plain`: where its escape begins or ends in the text. */
  const offset = (position: number, edge: 'start' | 'end'): number => {
    const index = firstAbove(plainEnds, position);
    // The character of an escape is the last one before its end in `plain`.
    const isEscape = plainEnds[index] === position + 1 && signsOf(index) === 1;
    if (isEscape) return (edge === 'start' ? starts : ends)[index] ?? 0;
    const past = index === 0 ? 0 : (ends[index - 1] ?? 0) - (plainEnds[index - 1] ?? 0);
    return position + past + (edge === 'end' ? 1 : 0);
  };
  const signsOf = (index: number): number => {
    const from = index === 0 ? 0 : (ends[index - 1] ?? 0);
    const fromPlain = index === 0 ? 0 : (plainEnds[index - 1] ?? 0);
    return (plainEnds[index] ?? 0) - fromPlain - ((starts[index] ?? 0) - from);
  };
  return {
    plain: parts.join(''),
    placeOf: ([from, to]) => [offset(from, 'start'), offset(to - 1, 'end')],
  };
}

/** Index of the first of ascending numbers that is above one. */
function firstAbove(ascending: readonly number[], bound: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ascending[middle] ?? 0) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

function occurrences(text: string, form: string): Stretch[] {
  const places: Stretch[] = [];
  for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length)) {
    places.push([at, at + form.length]);
  }
  return places;
}

function merged(places: Stretch[]): Stretch[] {
  const result: [number, number][] = [];
  for (const [from, to] of places.sort(([a], [b]) => a - b)) {
    const last = result.at(-1);
    if (last && from < last[1]) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

function unique(forms: string[]): string[] {
  return [...new Set(forms)];
}
