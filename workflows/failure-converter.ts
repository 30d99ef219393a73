// With it messages and stacks of errors become payloads, which a codec can encrypt. It is in a bundle of its own
// (scripts/lib/build.mjs); both bundles read either form, and give the same commands.
import { DefaultFailureConverter } from '@temporalio/common';

/** The name that the SDK looks for. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
