// The pages that people read, and where their links lead.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../../config/paths.js';

const inFolder = (folder: string) =>
  readdirSync(join(PACKAGE_ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));

/** All of docs/, as paths from the package's root. */
export const DOCS = inFolder('docs');
export const PAGES = [...inFolder('.'), ...DOCS, 'examples/README.md', 'bench/README.md'];

export const textOf = (page: string) => readFileSync(join(PACKAGE_ROOT, page), 'utf8');

/** Links of a page, in its prose and tables, that lead nowhere. */
export function brokenLinks(page: string): string[] {
  const links = [...withoutCode(textOf(page)).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)];
  return links.flatMap(([, link = '']) => (leadsSomewhere(page, link) ? [] : [link]));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(PACKAGE_ROOT, target))) return false;
  if (anchor === undefined) return true;
  return statSync(join(PACKAGE_ROOT, target)).isFile() && anchorsOf(target).includes(anchor);
}

/** Anchors that a page's headings get on the usual forges. */
function anchorsOf(page: string): string[] {
  return [...withoutCode(textOf(page)).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```$/gms, '');
}
