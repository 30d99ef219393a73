import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { expiryOf } from '../../manifests/link-expiry.js';

const AT = Date.parse('2026-11-28T08:00:00Z');
const SECONDS = AT / 1000;
const POLICY = Buffer.from(
  JSON.stringify({
    Statement: [{ Resource: '*', Condition: { DateLessThan: { 'AWS:EpochTime': SECONDS } } }],
  }),
)
  .toString('base64')
  .replace(/\+/g, '-')
  .replace(/=/g, '_')
  .replace(/\//g, '~');

test.each([
  ['AWS signature 4', 'X-Amz-Date=20261128T070000Z&X-Amz-Expires=3600&X-Amz-Signature=ab'],
  ['in lower case', 'x-amz-date=20261128T070000Z&x-amz-expires=3600'],
  ['AWS signature 2', `AWSAccessKeyId=A&Expires=${SECONDS}&Signature=b`],
  ['Google V4', 'X-Goog-Date=20261128T070000Z&X-Goog-Expires=3600&X-Goog-Signature=ab'],
  ['Google V2', `GoogleAccessId=a&Expires=${SECONDS}&Signature=b`],
  ['Azure', 'sv=2025-01-05&se=2026-11-28T08%3A00%3A00Z&sr=b&sp=r&sig=abc'],
  ['Alibaba V4', 'x-oss-date=20261128T070000Z&x-oss-expires=3600&x-oss-signature=a'],
  ['Alibaba V1', `OSSAccessKeyId=a&Expires=${SECONDS}&Signature=b`],
  ['CloudFront, canned', `Expires=${SECONDS}&Signature=a&Key-Pair-Id=b`],
  ['CloudFront, custom', `Policy=${POLICY}&Signature=a&Key-Pair-Id=b`],
])('%s', (_, query) => {
  expect(expiryOf(`https://cdn.example/clip.mp4?${query}`)).toBe(AT);
});

test('a link that the SDK signed', async () => {
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const client = new S3Client({ region: 'eu-central-1', credentials });
  const command = new GetObjectCommand({ Bucket: 'studio', Key: 'clip.mp4' });
  const link = await getSignedUrl(client, command, { expiresIn: 600, signingDate: new Date(AT) });
  expect(expiryOf(link)).toBe(AT + 600_000);
});

test.each([
  'https://cdn.example/clip.mp4',
  'https://cdn.example/clip.mp4?Expires=1795852800',
  'https://cdn.example/clip.mp4?se=5',
  'https://cdn.example/clip.mp4?X-Amz-Date=today&X-Amz-Expires=60',
  'https://cdn.example/clip.mp4?Signature=a&Expires=soon',
  'https://cdn.example/clip.mp4?Policy=%00&Signature=a',
  'https://cdn.example/clip.mp4?sig=a&se=never',
  's3://studio/clip.mp4?X-Amz-Date=20261128T070000Z&X-Amz-Expires=3600',
  'file:///clip.mp4',
  'no link',
])('none in %s', (link) => {
  expect(expiryOf(link)).toBeUndefined();
});
