// The forms in which a secret may be written down.

/** By what each is called. */
export function formsOf(secret: string): Record<string, string[]> {
  const json = (text: string): string => JSON.stringify(text).slice(1, -1);
  const bytes = Buffer.from(secret);
  const url = encodeURIComponent(secret);
  return {
    plain: [secret],
    json: [
      ...[json(secret), json(json(secret)), secret.replaceAll('/', '\\/')],
      secret.replace(/[^]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ],
    url: [
      ...[url, encodeURIComponent(url), url.replace(/%../g, (escape) => escape.toLowerCase())],
      ...[new URLSearchParams({ '': secret }).toString().slice(1)],
      bytes.toString('hex').replace(/../g, '%$&'),
    ],
    base64: [0, 1, 2].flatMap((before) => inBase64(bytes, before)),
    hex: [bytes.toString('hex'), bytes.toString('hex').toUpperCase()],
  };
}

/** What of a base64 text stands for the secret alone, if so many bytes come before it. */
function inBase64(bytes: Buffer, before: number): string[] {
  const whole = Buffer.concat([Buffer.alloc(before), bytes]);
  const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((whole.length * 8) / 6)];
  return [
    whole.toString('base64').slice(from, to),
    whole.toString('base64url').slice(from, to),
    encodeURIComponent(whole.toString('base64').slice(from, to)),
  ];
}

/** Names of the forms in which a text has the secret. */
export function formsIn(text: string, secret: string): string[] {
  return Object.entries(formsOf(secret)).flatMap(([name, forms]) =>
    forms.some((form) => text.includes(form)) ? [name] : [],
  );
}
