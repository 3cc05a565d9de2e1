// The values of flags: read, checked, and refused in words that name the flag.
import { type Field, fits, wanted } from '@twilljs/nn';
import { OptionError } from '@twilljs/tensor';
import { Option } from 'commander';

/** Reads one value of a flag. */
export type Read<T> = (text: string) => T;

/** Reads what a field may hold. */
export function readAs(flag: string, { default: _, nullable: __, ...field }: Field): Read<unknown> {
  return (text) => {
    const value = field.type === 'string' ? text : numeral(text);
    if (fits(field, value)) return value;
    throw new OptionError(`${flag} is "${shown(text)}" where ${wanted(field)} is needed; correct it.`);
  };
}

/** A text that is not empty. */
function someText(flag: string): Read<string> {
  return (text) => {
    if (text.trim() !== '') return text;
    throw new OptionError(`${flag} is empty where a value is needed; give one.`);
  };
}

/**
 * An option that is given once: twice says two things at once.
 *
 * @param flags such as `--out <dir>`.
 * @param read default: a text that is not empty; or what a field may hold.
 */
export function option(flags: string, help: string, read?: Read<unknown> | Field): Option {
  const [flag] = flags.split(' ');
  const reader = typeof read === 'function' ? read : read ? readAs(flag, read) : someText(flag);
  let first: string | null = null;
  return new Option(flags, help).argParser((text) => {
    if (first !== null) {
      throw new OptionError(`${flag} is given twice, as "${shown(first)}" and as "${shown(text)}"; give it once.`);
    }
    first = text;
    return reader(text);
  });
}

/** A list of `field=value`, where a value is JSON or a word. */
export function assignments(flag: string, texts: readonly string[] = []): [field: string, value: unknown][] {
  return texts.map((text) => {
    const [, field, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (field === undefined) {
      throw new OptionError(`${flag} is "${shown(text)}" where field=value is needed; correct it.`);
    }
    try {
      return [field, JSON.parse(value)];
    } catch {
      return [field, value];
    }
  });
}

/** A decimal numeral; NaN for everything else that `Number` would take. */
function numeral(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

/** A value as given, short enough for a message. */
export function shown(text: string, most = 60): string {
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}
