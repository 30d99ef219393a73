// What of a link tells which clip it leads to.
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linkReader } from '../../../outcomes/ledger/link-rule.js';

const BASE = 'https://cdn.example/v/a.mp4';
const plain = (query: string, own?: string[]): string => linkReader(own)(`${BASE}?${query}`).plain;

/** Signed twice, with what both have in common besides the path. */
const SIGNED: [name: string, first: string, second: string, rest?: string][] = [
  [
    'AWS signature 4',
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AK%2F20261124%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261124T010000Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host&X-Amz-Signature=aaaa',
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD&X-Amz-Credential=AS%2F20261125%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261125T010000Z&X-Amz-Expires=60&X-Amz-Security-Token=tttt&X-Amz-Signature=bbbb&X-Amz-SignedHeaders=host',
  ],
  [
    'AWS signature 4 of one version of an object',
    'versionId=3HL4&X-Amz-Date=20261124T010000Z&X-Amz-Signature=aaaa',
    'X-Amz-Signature=bbbb&versionId=3HL4&X-Amz-Date=20261125T010000Z',
    '?versionId=3HL4',
  ],
  [
    'AWS signature 2',
    'AWSAccessKeyId=AK&Expires=1764032400&Signature=aa%2Fa%3D',
    'Signature=bb%2Bb%3D&Expires=1764118800&AWSAccessKeyId=AK2',
  ],
  [
    'GCS V4',
    'X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=a%40p&X-Goog-Date=20261124T010000Z&X-Goog-Expires=900&X-Goog-SignedHeaders=host&X-Goog-Signature=aa',
    'X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=b%40p&X-Goog-Date=20261125T010000Z&X-Goog-Expires=900&X-Goog-SignedHeaders=host&X-Goog-Signature=bb',
  ],
  [
    'GCS V2',
    'GoogleAccessId=a@p&Expires=1764032400&Signature=aa',
    'GoogleAccessId=a@p&Expires=1764118800&Signature=bb',
  ],
  [
    'Cloud CDN',
    'URLPrefix=aHR0&Expires=1764032400&KeyName=k1&Signature=aa',
    'URLPrefix=aHR1&Expires=1764118800&KeyName=k2&Signature=bb',
  ],
  [
    'Azure SAS of an account',
    'sv=2024-11-04&ss=b&srt=o&sp=r&se=2026-11-25T01:00:00Z&st=2026-11-24T01:00:00Z&spr=https&sip=1.2.3.4&sig=aa%3D',
    'sv=2025-01-05&ss=b&srt=o&sp=r&se=2026-11-26T01:00:00Z&sig=bb%3D',
  ],
  [
    'Azure SAS of a user',
    'sp=r&st=2026-11-24T01:00:00Z&se=2026-11-25T01:00:00Z&skoid=o&sktid=t&skt=1&ske=2&sks=b&skv=v&sv=v&sr=b&sig=aa',
    'sp=r&se=2026-11-26T01:00:00Z&skoid=p&sktid=t&skt=3&ske=4&sks=b&skv=v&sv=v&sr=b&si=policy&sig=bb',
  ],
  [
    'CloudFront, canned and of a policy',
    'Expires=1764032400&Signature=aa__&Key-Pair-Id=K1',
    'Policy=eyJ&Signature=bb__&Key-Pair-Id=K2&Hash-Algorithm=SHA256',
  ],
  [
    'OSS V1',
    'OSSAccessKeyId=AK&Expires=1764032400&Signature=aa&security-token=t1',
    'Expires=1764118800&OSSAccessKeyId=AK&Signature=bb&security-token=t2',
  ],
  [
    'OSS V4',
    'x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=AK%2F20261124&x-oss-date=20261124T010000Z&x-oss-expires=60&x-oss-signature=aa',
    'x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-credential=AK%2F20261125&x-oss-date=20261125T010000Z&x-oss-expires=60&x-oss-security-token=t&x-oss-signature=bb',
  ],
  ['CDN of Alibaba', 'auth_key=1764032400-0-0-aa', 'auth_key=1764118800-0-0-bb'],
  [
    'COS',
    'q-sign-algorithm=sha1&q-ak=AK&q-sign-time=1;2&q-key-time=1;2&q-header-list=host&q-url-param-list=&q-signature=aa',
    'q-sign-algorithm=sha1&q-ak=AK&q-sign-time=3;4&q-key-time=3;4&q-header-list=host&q-url-param-list=&q-signature=bb&x-cos-security-token=t',
  ],
  [
    'OBS',
    'AccessKeyId=AK&Expires=1764032400&Signature=aa',
    'AccessKeyId=AK&Expires=1764118800&x-obs-security-token=t&Signature=bb',
  ],
  ['Qiniu', 'e=1764032400&token=aa:bb', 'e=1764118800&token=aa:cc'],
  ['Akamai', 'hdnts=exp=1~hmac=aa', 'hdnts=exp=2~hmac=bb'],
  [
    'anyone, with what names the clip',
    'id=AAA&expires=1&signature=aa&token=t1',
    'id=AAA&expires=2&signature=bb&token=t2',
    '?id=AAA',
  ],
  [
    'in any case, and percent-encoded',
    'EXPIRES=1&SIGNATURE=aa',
    '%65xpires=2&%73ignature=bb&x%2Damz%2Ddate=3',
  ],
];

describe('links that are signed again are of one clip', () => {
  test.each(SIGNED)('%s', (_, first, second, rest = '') => {
    expect([plain(first), plain(second)]).toEqual([BASE + rest, BASE + rest]);
  });
});

/** Of two clips, though path and host are the same. */
const APART: [first: string, second: string][] = [
  ['id=AAA', 'id=BBB'],
  ['spring=1', 'spring=2'],
  ['1', '2'],
  ['v=aaa&expires=1&signature=x', 'v=bbb&expires=1&signature=x'],
  ['file=a.mp4&X-Amz-Signature=aa', 'file=b.mp4&X-Amz-Signature=aa'],
  ['versionId=1&X-Amz-Signature=aa', 'versionId=2&X-Amz-Signature=aa'],
  // Azure's short names sign only beside `sig`
  ['sr=reel-1&sp=r', 'sr=reel-2&sp=r'],
  ['se=1', 'se=2'],
  // so do these beside what they belong to
  ['policy=a', 'policy=b'],
  ['e=1', 'e=2'],
  ['keyname=a', 'keyname=b'],
  ['accesskeyid=a', 'accesskeyid=b'],
  // another way to process the file is another file
  ['x-oss-process=video%2Fsnapshot', 'x-oss-process=video%2Fconvert'],
  ['signatures=a', 'signatures=b'],
  ['mytoken=a', 'mytoken=b'],
  ['id=%E0%A4%A', 'id=%E0%A4%B'],
  ['%E0%A4%A=1', '%E0%A4%B=1'],
];

describe('links that differ in what names the clip are of two', () => {
  test.each(APART)('?%s, ?%s', (first, second) => {
    expect(plain(first)).not.toBe(plain(second));
  });
});

test('host, path and case of the path count; a port that is the usual one, and what is behind # do not', () => {
  const read = linkReader();
  expect(read('https://CDN.example:443/v/a.mp4#t=1').plain).toBe(BASE);
  for (const other of [
    'http://cdn.example/v/a.mp4',
    'https://cdn.example:8443/v/a.mp4',
    'https://cdn2.example/v/a.mp4',
    'https://cdn.example/v/A.mp4',
  ]) {
    expect(read(other).plain).not.toBe(BASE);
  }
});

test('strictly, a token counts', () => {
  const read = linkReader();
  const [one, other] = ['a', 'b'].map((token) => read(`${BASE}?token=${token}&expires=1`));
  expect([one?.plain, other?.plain]).toEqual([BASE, BASE]);
  expect([one?.strict, other?.strict]).toEqual([`${BASE}?token=a`, `${BASE}?token=b`]);
});

describe("parameters of one's own", () => {
  test('do not count either', () => {
    expect(plain('id=1&Auth=x&session_a=1&session_b=2', ['auth', 'session_*'])).toBe(
      `${BASE}?id=1`,
    );
  });

  test('count with ! before them, whatever else is said', () => {
    expect(plain('token=a&sig=b&sv=1', ['!token', '*'])).toBe(`${BASE}?token=a`);
    expect(plain('token=a&sig=b', ['!*'])).toBe(`${BASE}?token=a&sig=b`);
  });

  test('settle also whether a token is looked at strictly', () => {
    expect(linkReader(['token'])(`${BASE}?token=a`).strict).toBe(BASE);
  });
});

test('any parameter that is not of the list tells two clips apart, signed in whatever way', () => {
  const signatures = SIGNED.map(([, first, , rest]) => (rest === undefined ? first : ''));
  const name = fc.stringMatching(/^(n|clip|file|id|q)[a-z]{0,3}$/);
  const value = fc.stringMatching(/^[A-Za-z0-9]{1,8}$/);
  fc.assert(
    fc.property(name, value, value, fc.constantFrom(...signatures), (key, one, other, signed) => {
      fc.pre(one !== other);
      const [a, b] = [one, other].map((text) => plain(`${signed}&${key}=${text}`));
      expect(a).not.toBe(b);
      expect(a).toBe(`${BASE}?${key}=${one}`);
    }),
  );
});
