// s3://bucket/key

/** A place in a bucket. The key has no slash at its beginning. */
export interface ObjectLocation {
  bucket: string;
  key: string;
}

const LOCATION = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/is;

/** Undefined if it is not `s3://bucket` or `s3://bucket/key`. A key may hold any character, so it is no URL. */
export function readLocation(text: string): ObjectLocation | undefined {
  const [, bucket, key = ''] = LOCATION.exec(text) ?? [];
  return bucket === undefined ? undefined : { bucket, key };
}

/** As a folder: its key is empty or ends with a slash. */
export function folderIn({ bucket, key }: ObjectLocation): ObjectLocation {
  const name = key.replace(/\/+$/, '');
  return { bucket, key: name === '' ? '' : `${name}/` };
}

export function writeLocation({ bucket, key }: ObjectLocation): string {
  return `s3://${bucket}/${key}`;
}
