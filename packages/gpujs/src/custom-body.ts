// What gpu.js takes in the text of an element function and computes otherwise than JavaScript does, without a word.
import { DeviceError, OptionError } from '@twilljs/tensor';

const declaration = /(\bfor\s*\(\s*)?\b(?:let|const|var)\s+([\w$]+)/g;

/** @throws OptionError for a name that is declared twice, and for a write to an input. */
export function requireOneMeaning(name: string, source: string): void {
  const text = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  const inputs = text.slice(text.indexOf('(') + 1, text.indexOf(')')).match(/[\w$]+/g) ?? [];
  const twice = twiceIn(text, inputs);
  if (twice !== null) {
    throw new OptionError(
      `customOp: the body of ${name} has two variables ${twice}, which gpu.js takes for one; give each a name of its own.`,
    );
  }
  const written = inputs.find((input) => isWritten(input, text));
  if (written !== undefined) {
    throw new OptionError(
      `customOp: the body of ${name} writes to ${written}, which others read; put what it computes into a variable.`,
    );
  }
}

/** Loops one after the other may count by the same name. */
function twiceIn(text: string, inputs: readonly string[]): string | null {
  const [own, counters] = [new Set(inputs), new Set<string>()];
  for (const [, loop, variable] of text.matchAll(declaration)) {
    if (own.has(variable) || (!loop && counters.has(variable))) return variable;
    (loop ? counters : own).add(variable);
  }
  return null;
}

/** With every [...] made one sign, whatever stands in it. */
function isWritten(input: string, text: string): boolean {
  let [before, flat] = ['', text];
  while (flat !== before) [before, flat] = [flat, flat.replace(/\[[^[\]]*\]/g, '@')];
  const place = `(?<![\\w$.])${input.replaceAll('$', '\\$')}\\s*@`;
  const assigned = String.raw`${place}\s*(?:(?:[-+*/%&|^]|\*\*|<<|>>>?)?=(?!=)|\+\+|--)`;
  return new RegExp(String.raw`${assigned}|(?:\+\+|--)\s*${place}`).test(flat);
}

/** What gpu.js said of a body, on one line, with what a body may hold. */
export function explained(error: unknown): Error {
  const said = (error as Error).message.replace(/\s+/g, ' ').trim();
  return new DeviceError(
    `${said}; a body may hold numbers, Math, if, for and variables of its own, and returns a number.`,
    { cause: error },
  );
}
