// Fills `{{column}}` placeholders of a prompt from the row's own fields.
import { formatFault, type Fault } from './problems.js';
import { nearestName } from './nearest.js';

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

/** A filled prompt, or what is wrong with its template. */
export type FilledPrompt = { prompt: string } | { faults: Fault[] };

/**
 * Replaces each `{{name}}` by the row's field of that name. What a field puts in is not looked
 * through for placeholders again. `names` are the columns one may use; `prompt` is not among them.
 */
export function fillPrompt(
  template: string,
  fields: ReadonlyMap<string, string>,
  names: Iterable<string>,
): FilledPrompt {
  if (!template.includes('{{') && !template.includes('}}')) return { prompt: template };
  const known = new Set(names);
  known.delete('prompt');
  const faults = new Map<string, Fault>();
  const blame = (fault: Fault) => faults.set(formatFault(fault), fault);

  const rest = template.replace(PLACEHOLDER, '');
  if (rest.includes('{{') || rest.includes('}}')) {
    blame({
      fault: 'prompt has a placeholder that is not well formed',
      remedy: 'write it as {{column}}',
    });
  }
  const prompt = template.replace(PLACEHOLDER, (_, inner: string) => {
    const name = inner.trim();
    if (!known.has(name)) blame(unknownName(name, known));
    const value = fields.get(name) ?? '';
    if (known.has(name) && value === '') {
      blame({
        fault: `prompt uses {{${name}}}, which is empty here`,
        remedy: `fill ${name} or write the prompt without it`,
      });
    }
    return value;
  });
  return faults.size > 0 ? { faults: [...faults.values()] } : { prompt };
}

function unknownName(name: string, known: ReadonlySet<string>): Fault {
  if (name === 'prompt') {
    return { fault: 'prompt uses {{prompt}}, which is itself', remedy: 'name another column' };
  }
  const near = nearestName(name, known);
  return {
    fault: `prompt uses {{${name}}}, and there is no column ${name}`,
    remedy:
      near === undefined ? 'add the column or take the placeholder out' : `did you mean ${near}?`,
  };
}
