// The process's environment. No other file of the product reads it (eslint.config.mjs): what depends on a
// variable is handed this, so that a test or a program can hand in another.

export const ENVIRONMENT: NodeJS.ProcessEnv = process.env;
