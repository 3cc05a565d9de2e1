// Regular expressions of Python, in which PEFT's configurations name modules, as those of JavaScript.
import { OptionError, shown } from '@twilljs/tensor';

/** What both languages read, but not alike, or one of them alone. */
const foreign: readonly { readonly sign: RegExp; readonly what: string }[] = [
  { sign: /\[\^?\]/, what: 'a class that begins with ]' },
  { sign: /\(\?[aiLmsux]*-/, what: 'flags that are switched off' },
  { sign: /\\N\{/, what: 'a character by its name' },
];

/**
 * @param source in Python's syntax.
 * @param where for messages.
 * @param frame what stands around it: `(.*\.)?` and so on.
 * @throws OptionError for what is no expression, or one that JavaScript would read otherwise.
 */
export function pythonPattern(source: string, where: string, frame: (body: string) => string): RegExp {
  const [, letters = '', rest] = /^(?:\(\?([aiLmsux]+)\))?(.*)$/s.exec(source)!;
  const strange = /[Lmx]/.test(letters) ? `the flag ${letters}` : foreign.find(({ sign }) => sign.test(rest))?.what;
  if (strange) {
    throw new OptionError(`${where}: ${shown(source)} has ${strange}, which is not read here; write it another way.`);
  }
  const body = rest
    .replace(/\\A/g, '^')
    .replace(/\\[Zz]/g, '$')
    .replace(/\(\?P</g, '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replace(/\{,(\d+)\}/g, '{0,$1}');
  try {
    return new RegExp(frame(body), letters.replace(/[^is]/g, ''));
  } catch (error) {
    throw new OptionError(
      `${where}: ${shown(source)} is no regular expression that is read here (${(error as Error).message}); correct it.`,
    );
  }
}

/** What fits the whole of a text, as `re.fullmatch`. */
export const fullPattern = (source: string, where: string): RegExp =>
  pythonPattern(source, where, (body) => `^(?:${body})$`);

/** What fits the last parts of a path, as PEFT looks up `rank_pattern` and `alpha_pattern`. */
export const endPattern = (source: string, where: string): RegExp =>
  pythonPattern(source, where, (body) => `^(?:.*\\.)?(?:${body})$`);
