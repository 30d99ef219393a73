// Links that people copy from where they share files: they lead to pages, not to the files. Pure.
import type { Fault } from './problems.js';

/** The link to the file itself, where its service documents one; else what is wrong, or undefined for other links. */
export function sharedFile(url: URL): { link: string } | { fault: Fault } | undefined {
  const host = bareHost(url);
  if (host === DROPBOX) return dropboxFile(url);
  const page = PAGES.find(({ hosts, path }) => hosts.test(host) && path.test(url.pathname));
  if (!page) return undefined;
  return {
    fault: {
      fault: `file_link leads to a page of ${page.name}, not to the video itself`,
      remedy: 'put the video into a folder or a bucket, or on a server that gives out the file',
    },
  };
}

/**
 * The export of a Google Sheets link: as CSV of the sheet that it shows, or as a workbook of all; other links stay.
 * @param url of a manifest
 */
export function sharedTable(url: URL, format: 'csv' | 'xlsx' = 'csv'): URL {
  if (bareHost(url) === DROPBOX) {
    const file = dropboxFile(url);
    return file ? new URL(file.link) : url;
  }
  const id = /^\/spreadsheets\/(?:u\/\d+\/)?d\/([\w-]{20,})(?:\/|$)/.exec(url.pathname)?.[1];
  if (url.hostname !== 'docs.google.com' || id === undefined) return url;
  if (/\/(export|gviz|pub)\b/.test(url.pathname)) return url;
  const gid = /[#&?]gid=(\d+)/.exec(url.hash + url.search)?.[1];
  const exported = new URL(`https://docs.google.com/spreadsheets/d/${id}/export?format=${format}`);
  if (gid !== undefined && format === 'csv') exported.searchParams.set('gid', gid);
  return exported;
}

const DROPBOX = 'dropbox.com';

function bareHost({ hostname }: URL): string {
  return hostname.replace(/^www\./, '');
}

/** `dl=1` gives the file [Dropbox help: How to force a shared link to download]. */
function dropboxFile(url: URL): { link: string } | undefined {
  if (!/^\/(s|scl\/fi|sh|scl\/fo)\//.test(url.pathname)) return undefined;
  if (url.searchParams.get('raw') === '1') return undefined;
  const file = new URL(url);
  file.searchParams.set('dl', '1');
  return { link: file.href };
}

/** Services that document no lasting link to the file, and the pages that they share. */
const PAGES: readonly { name: string; hosts: RegExp; path: RegExp }[] = [
  { name: 'Google Drive', hosts: /^drive\.google\.com$/, path: /^\/(file|open|drive|uc|u)\b/ },
  { name: 'OneDrive', hosts: /^(1drv\.ms|onedrive\.live\.com)$/, path: /./ },
  { name: 'SharePoint', hosts: /\.sharepoint\.com$/, path: /^\/:\w:\// },
  { name: 'iCloud', hosts: /^(icloud\.com|share\.icloud\.com)$/, path: /./ },
  { name: 'WeTransfer', hosts: /^(wetransfer\.com|we\.tl)$/, path: /./ },
  { name: 'YouTube', hosts: /^(m\.)?youtube\.com$|^youtu\.be$/, path: /./ },
  { name: 'Vimeo', hosts: /^vimeo\.com$/, path: /^\/(\w+\/)*\d+/ },
];
