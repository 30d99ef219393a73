// The process's environment. No other file of the product reads it (eslint.config.mjs): what depends on a
// variable is handed this, so that a test or a program can hand in another.

export const ENVIRONMENT: NodeJS.ProcessEnv = process.env;

// The SDK for S3 warns on stderr of releases to come, which need a later Node; package.json says which ones we have.
ENVIRONMENT['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
