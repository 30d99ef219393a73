import { expect, test } from 'vitest';
import { meantLink } from '../../manifests/file-link.js';
import { sharedTable } from '../../manifests/share-links.js';

test.each([
  ['https://www.dropbox.com/s/abc/clip.mp4?dl=0', 'https://www.dropbox.com/s/abc/clip.mp4?dl=1'],
  [
    'https://www.dropbox.com/scl/fi/abc/clip.mp4?rlkey=xyz&st=1&dl=0',
    'https://www.dropbox.com/scl/fi/abc/clip.mp4?rlkey=xyz&st=1&dl=1',
  ],
  ['https://www.dropbox.com/s/abc/clip.mp4', 'https://www.dropbox.com/s/abc/clip.mp4?dl=1'],
  ['https://www.dropbox.com/s/abc/clip.mp4?raw=1', 'https://www.dropbox.com/s/abc/clip.mp4?raw=1'],
  ['https://dl.dropboxusercontent.com/s/a/c.mp4', 'https://dl.dropboxusercontent.com/s/a/c.mp4'],
  ['https://cdn.example/file/d/1/view', 'https://cdn.example/file/d/1/view'],
])('%s is the file at %s', (given, link) => {
  expect(meantLink(given, undefined)).toEqual({ link });
});

test.each([
  ['https://drive.google.com/file/d/1AbC/view?usp=sharing', 'Google Drive'],
  ['https://drive.google.com/open?id=1AbC', 'Google Drive'],
  ['https://drive.google.com/drive/u/0/folders/1AbC', 'Google Drive'],
  ['https://1drv.ms/v/s!AbC', 'OneDrive'],
  ['https://onedrive.live.com/?id=1&cid=2', 'OneDrive'],
  ['https://studio-my.sharepoint.com/:v:/g/personal/a/EbC?e=1', 'SharePoint'],
  ['https://www.icloud.com/iclouddrive/0abC', 'iCloud'],
  ['https://we.tl/t-abc', 'WeTransfer'],
  ['https://www.youtube.com/watch?v=abc', 'YouTube'],
  ['https://youtu.be/abc', 'YouTube'],
  ['https://vimeo.com/123456', 'Vimeo'],
])('%s is named as a page of %s', (given, service) => {
  expect(meantLink(given, undefined)).toEqual({
    fault: {
      fault: `file_link leads to a page of ${service}, not to the video itself`,
      remedy: expect.stringContaining('bucket') as string,
    },
  });
});

const SHEET = 'https://docs.google.com/spreadsheets/d/1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789';
test.each([
  [`${SHEET}/edit?usp=sharing`, `${SHEET}/export?format=csv`],
  [`${SHEET}/edit#gid=42`, `${SHEET}/export?format=csv&gid=42`],
  [`${SHEET}/edit?gid=7#gid=7`, `${SHEET}/export?format=csv&gid=7`],
  [`${SHEET}/export?format=csv`, `${SHEET}/export?format=csv`],
  [`${SHEET}/pub?output=csv`, `${SHEET}/pub?output=csv`],
  ['https://files.example/library.csv', 'https://files.example/library.csv'],
  ['https://www.dropbox.com/s/a/library.csv?dl=0', 'https://www.dropbox.com/s/a/library.csv?dl=1'],
])('the table of %s is at %s', (given, table) => {
  expect(sharedTable(new URL(given)).href).toBe(table);
});

test('with a sheet that is named, the whole workbook is fetched', () => {
  const table = sharedTable(new URL(`${SHEET}/edit#gid=42`), 'xlsx');
  expect(table.href).toBe(`${SHEET}/export?format=xlsx`);
});
