// Places of stores and of files in them: absolute paths, and s3://bucket/key. Pure.
import path from 'node:path';
import { readLocation, writeLocation } from './bucket/location.js';

/** Whether it is in a bucket. */
export function isInBucket(place: string): boolean {
  return readLocation(place) !== undefined;
}

/** Whether it is one at all, and no path that depends on a folder. */
export function isAbsolutePlace(place: string): boolean {
  return isInBucket(place) || path.isAbsolute(place);
}

/** A place below another. @param below relative, may lead out of it by `..` */
export function placeIn(place: string, ...below: string[]): string {
  const location = readLocation(place);
  if (!location) return path.join(place, ...below);
  const key = path.posix.join('/', location.key, ...below).slice(1);
  return writeLocation({ ...location, key });
}

/** From one place to another: relative, or the other one itself where no path leads there. */
export function relativePlace(from: string, to: string): string {
  const [start, end] = [readLocation(from), readLocation(to)];
  if (start?.bucket !== end?.bucket) return to;
  if (start && end) return path.posix.relative(`/${start.key}`, `/${end.key}`);
  return path.relative(from, to).split(path.sep).join('/');
}

/** The place that a path from another names; see `relativePlace`. */
export function resolvePlace(from: string, place: string): string {
  return isAbsolutePlace(place) ? place : placeIn(from, place);
}

/** The folder it lies in, and its name there. */
export function splitPlace(place: string): { folder: string; name: string } {
  const at = place.lastIndexOf(isInBucket(place) ? '/' : path.sep);
  return { folder: place.slice(0, at), name: place.slice(at + 1) };
}
