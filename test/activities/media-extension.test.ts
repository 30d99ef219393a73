import { expect, test } from 'vitest';
import { extensionOf, mediaTypeOf } from '../../activities/media-extension.js';

test.each([
  ['https://r.example/a.wav', 'audio/mpeg', 'audio', 'wav'],
  ['https://r.example/a.MP3?sig=x.exe', 'video/mp4', 'audio', 'mp3'],
  ['https://r.example/a', 'audio/mpeg', 'audio', 'mp3'],
  ['https://r.example/a.exe', 'audio/x-wav', 'audio', 'wav'],
  ['https://r.example/a.php', 'video/quicktime', 'video', 'mov'],
  ['https://r.example/a.html', '', 'video', 'mp4'],
  ['https://r.example/a.tar.gz', 'application/octet-stream', 'audio', 'mp3'],
  ['https://r.example/a.mp4/', '', 'audio', 'mp3'],
  ['https://r.example/mp4', '', 'audio', 'mp3'],
  ['https://r.example/a.mp%34', '', 'audio', 'mp3'],
  ['https://r.example/..%2F..%2Fx.sh', '', 'audio', 'mp3'],
  ['https://r.example/a', 'constructor', 'audio', 'mp3'],
  ['https://r.example/a', '../../x', 'video', 'mp4'],
] as const)('%s of type %j (%s) is kept as %s', (url, type, kind, extension) => {
  expect(extensionOf({ url, kind }, type)).toBe(extension);
});

test.each([
  [undefined, ''],
  ['', ''],
  ['audio/mpeg', 'audio/mpeg'],
  [' Audio/MPEG ; charset=binary', 'audio/mpeg'],
  ['text/html;charset=utf-8', 'text/html'],
  [['text/html', 'audio/mpeg'], 'text/html'],
])('the media type of %j is %j', (header, type) => {
  expect(mediaTypeOf(header)).toBe(type);
});
