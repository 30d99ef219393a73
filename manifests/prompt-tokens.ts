// Estimates the length of a prompt as the vendor's model counts it.

/** "Fewer than 77 tokens recommended for best results; no hard limit" (docs/vendor-api.md [D]). */
export const RECOMMENDED_TOKENS = 77;

/** A character of a script without spaces, a word, a number, or any other character. */
const PIECE =
  /([\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])|((?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{M}])+)|(\p{N}+)|[^\s\p{L}\p{M}\p{N}]/gu;

const LETTERS_A_TOKEN = 8;
const DIGITS_A_TOKEN = 3;

/**
 * Number of tokens in a prompt, approximately: the vendor's tokenizer is not public. A word counts
 * one token per 8 letters begun, a number one per 3 digits, any other character one.
 */
export function approximateTokens(prompt: string): number {
  let tokens = 0;
  for (const [, , word, number] of prompt.matchAll(PIECE)) {
    if (word !== undefined) tokens += Math.ceil(word.length / LETTERS_A_TOKEN);
    else if (number !== undefined) tokens += Math.ceil(number.length / DIGITS_A_TOKEN);
    else tokens += 1;
  }
  return tokens;
}

/** Whether a prompt is longer than recommended, approximately. */
export function isLongPrompt(prompt: string): boolean {
  // No token is shorter than a character, so most prompts need no counting.
  return prompt.length >= RECOMMENDED_TOKENS && approximateTokens(prompt) >= RECOMMENDED_TOKENS;
}
