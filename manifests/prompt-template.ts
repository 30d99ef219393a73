// Fills `{{column}}` placeholders of a prompt from the row's own fields, in linear time.
import { meantColumn } from './columns.js';
import { MAX_FIELD_CHARS } from './limits.js';
import { createSuggestions, type Suggestions } from './nearest.js';
import type { Fault } from './problems.js';

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

/** Placeholders reported that cannot be filled; the others are only counted. */
const MAX_TOLD = 10;

/** A filled prompt, or what is wrong with its template. */
export type FilledPrompt = { prompt: string } | { faults: Fault[] };

/** What a template is filled from. */
export interface PromptFields {
  /** Values by name; an empty one may be left out. */
  fields: ReadonlyMap<string, string>;
  /** The columns that placeholders may name; `prompt` itself is none of them. */
  names: Pick<ReadonlySet<string>, 'has' | typeof Symbol.iterator>;
  /** Kept names of fields by the names that the file gives them. */
  spelt?: ReadonlyMap<string, string> | undefined;
  suggestions?: Suggestions;
}

/**
 * Replaces each `{{name}}` by the row's field of that name. Inserted values are not
 * searched for placeholders again.
 */
export function fillPrompt(template: string, from: PromptFields): FilledPrompt {
  if (!template.includes('{{') && !template.includes('}}')) return { prompt: template };
  const rest = template.replace(PLACEHOLDER, '');
  const faults: Fault[] = rest.includes('{{') || rest.includes('}}') ? [MALFORMED] : [];

  const blamed = new Set<string>();
  const prompt = new Bounded();
  let at = 0;
  for (const { 0: placeholder, 1: inner = '', index } of template.matchAll(PLACEHOLDER)) {
    prompt.add(template.slice(at, index));
    at = index + placeholder.length;
    const name = keptName(inner.trim(), from);
    const value = name === 'prompt' ? '' : (from.fields.get(name) ?? '');
    prompt.add(value);
    if (value !== '' || blamed.has(name)) continue;
    blamed.add(name);
    if (blamed.size <= MAX_TOLD) faults.push(faultOf(name, from));
  }
  prompt.add(template.slice(at));

  if (blamed.size > MAX_TOLD) faults.push(more(blamed.size - MAX_TOLD));
  if (faults.length === 0 && prompt.length > MAX_FIELD_CHARS) faults.push(tooLong(prompt.length));
  return faults.length > 0 ? { faults } : { prompt: prompt.text };
}

/** Text that is kept up to a bound; beyond it, only its length is counted. */
class Bounded {
  length = 0;
  readonly #parts: string[] = [];

  add(text: string): void {
    this.length += text.length;
    if (this.length <= MAX_FIELD_CHARS) this.#parts.push(text);
  }

  get text(): string {
    return this.#parts.join('');
  }
}

/** The column that a placeholder means; what it writes, if there is none. */
function keptName(written: string, { names, spelt }: PromptFields): string {
  if (names.has(written)) return written;
  const meant = meantColumn(written, NONE);
  const name = spelt?.get(written) ?? ('name' in meant ? meant.name : written);
  return names.has(name) ? name : written;
}

const NONE: ReadonlySet<string> = new Set();

function faultOf(name: string, { names, suggestions = createSuggestions() }: PromptFields): Fault {
  if (name === 'prompt') {
    return { fault: 'prompt uses {{prompt}}, which is itself', remedy: 'name another column' };
  }
  if (names.has(name)) {
    return {
      fault: `prompt uses {{${name}}}, which is empty here`,
      remedy: `fill ${name} or write the prompt without it`,
    };
  }
  const near = suggestions.nearest(name, withoutPrompt(names));
  return {
    fault: `prompt uses {{${name}}}, and there is no column ${name}`,
    remedy:
      near === undefined ? 'add the column or take the placeholder out' : `did you mean ${near}?`,
  };
}

function* withoutPrompt(names: Iterable<string>): Iterable<string> {
  for (const name of names) if (name !== 'prompt') yield name;
}

const MALFORMED: Fault = {
  fault: 'prompt has a placeholder that is not well formed',
  remedy: 'write it as {{column}}',
};

function more(count: number): Fault {
  return {
    fault: `prompt uses ${count} more placeholders that cannot be filled`,
    remedy: 'correct them too',
  };
}

function tooLong(length: number): Fault {
  return {
    fault: `the filled prompt has ${length} characters, at most ${MAX_FIELD_CHARS} are allowed`,
    remedy: 'shorten what the placeholders put in',
  };
}
