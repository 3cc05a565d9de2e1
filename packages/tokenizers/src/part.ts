// A part of `tokenizer.json` whose fields are checked where they are read.
import { FileError, shown } from '@twilljs/tensor';
import type { Json, JsonObject } from './file.ts';

export class Part {
  readonly fields: JsonObject;
  readonly where: string;

  /** @param where the file and the name of the part: `tokenizer.json: its decoder`. */
  constructor(fields: JsonObject, where: string) {
    this.fields = fields;
    this.where = where;
  }

  get type(): Json | undefined {
    return this.fields.type;
  }

  text(name: string, usual?: string): string {
    return this.read(name, 'a text', (value) => typeof value === 'string', usual) as string;
  }

  /** A text, or null for none. */
  optionalText(name: string): string | null {
    return (this.fields[name] ?? null) === null ? null : this.text(name);
  }

  flag(name: string, usual?: boolean): boolean {
    return this.read(name, 'true or false', (value) => typeof value === 'boolean', usual) as boolean;
  }

  whole(name: string, usual?: number): number {
    const fits = (value: Json) => Number.isInteger(value) && (value as number) >= 0;
    return this.read(name, 'a whole number', fits, usual) as number;
  }

  list(name: string): Json[] {
    return this.read(name, 'a list', Array.isArray) as Json[];
  }

  part(name: string): Part {
    return this.inside(this.fields[name], name);
  }

  parts(name: string): Part[] {
    return this.list(name).map((value, i) => this.inside(value, `${name}[${i}]`));
  }

  unknown(): FileError {
    return this.refused(`is of type ${shown(this.type)}, which is not known here; use another tokenizer.`);
  }

  refused(fact: string): FileError {
    return new FileError(`${this.where} ${fact}`);
  }

  private inside(value: Json | undefined, given: string): Part {
    const name = given.length > 40 ? shown(given) : given;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return new Part(value, `${this.where}: ${name}`);
    }
    throw this.refused(`has ${name} ${shown(value)} where an object is needed; check the file.`);
  }

  private read(name: string, what: string, fits: (value: Json) => boolean, usual?: Json): Json {
    const value = this.fields[name] ?? usual ?? null;
    if (value !== null && fits(value)) return value;
    throw this.refused(`has ${name} ${shown(this.fields[name])} where ${what} is needed; check the file.`);
  }
}
