// The scripts and styles of the view in which clips are seen and heard.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { PACKAGE_ROOT } from '../../config/paths.js';

const FOLDER = path.join(PACKAGE_ROOT, 'outcomes', 'review', 'page');

/** @param name of a file of `outcomes/review/page/` */
export function readAsset(name: string): Promise<string> {
  return readFile(path.join(FOLDER, name), 'utf8');
}

/**
 * The view's script: its parts, one after another.
 * @param home where its clips come from, and marks go
 * @param after what else the page does
 */
export async function reviewScript(home: string, after = ''): Promise<string> {
  const [dom = '', ...rest] = await Promise.all(
    ['dom.js', 'marks.js', 'player.js', 'list.js', 'keys.js'].map(readAsset),
  );
  return [dom, home, ...rest, after].join('');
}
