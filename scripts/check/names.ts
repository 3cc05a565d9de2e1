// Names: a task, a benchmark and a mixer are values, so nobody asks for one by name but its own package or file, and `twilljs`, which lists them.
import ts from 'typescript';
import { type Check, type Package, type Repository, type SourceFile, textOf } from './repository.ts';
import { mixersOf } from './siblings.ts';

/** A name that is an ordinary word as well: where it is meant as one. */
export interface OtherMeaning {
  readonly word: string;
  readonly files: RegExp;
  readonly meaning: string;
}

const otherMeanings: readonly OtherMeaning[] = [
  { word: 'parity', files: /^packages\/cli\/src\/commands\/parity\.ts$/, meaning: 'the command' },
  { word: 'circuits', files: /^packages\/parity\/src\/synthetic\/state\.ts$/, meaning: 'a field of a golden' },
  {
    word: 'text',
    files: /^packages\/data\/src\/formats\/(kind|read-file)\.ts$/,
    meaning: 'a form of files, and a column of tables',
  },
  { word: 'text', files: /^packages\/eval\/src\/suites\//, meaning: 'a column of data sets' },
  { word: 'text', files: /^packages\/train\/src\/run-options\.ts$/, meaning: 'a field of the origin of a run' },
  {
    word: 'text',
    files: /^packages\/report\/src\/(document|markdown|page|terminal\/report)\.ts$/,
    meaning: 'a block of a report',
  },
  { word: 'text', files: /^packages\/report\/src\/(figures\/|profile\/picture)/, meaning: 'a mark of Vega' },
];

/** Words that fields and variables may have though something is called so: layers of attention, the text of a file, a transformer. */
const ordinary: readonly string[] = ['attention', 'text', 'transformer'];

/** What has a name, and the path below which it may stand. */
interface Named {
  readonly what: string;
  readonly homes: readonly string[];
}

export const names: Check = namesBut(otherMeanings);

/** The check with these exceptions, each of which must be needed. */
export function namesBut(exceptions: readonly OtherMeaning[]): Check {
  return (repository) => {
    const known = namesOf(repository);
    const needed = new Set<OtherMeaning>();
    const problems = repository.packages
      .filter(({ folder }) => folder !== 'twilljs')
      .flatMap(({ folder, files }) => files.map((file) => ({ file, path: `packages/${folder}/${file.path}` })))
      .filter(({ file }) => file.kind === 'source')
      .flatMap(({ file, path }) =>
        wordsOf(file).flatMap(({ word, line }) => {
          const named = known.get(word) ?? known.get(beginning(word, known));
          if (!named || named.homes.some((home) => path.startsWith(home))) return [];
          const exception = exceptions.find((other) => other.word === word && other.files.test(path));
          if (!exception)
            return [`${path}:${line}: names the ${named.what} ${word}; let its value say what is asked here.`];
          needed.add(exception);
          return [];
        }),
      );
    const stale = exceptions.filter((exception) => !needed.has(exception));
    return [
      ...problems,
      ...stale.map(({ word, meaning }) => `scripts/check/names.ts: no '${word}' is ${meaning}; remove the exception.`),
    ];
  };
}

/** Every name and alias of a mixer, a task, a benchmark or a suite of them. */
function namesOf(repository: Repository): ReadonlyMap<string, Named> {
  const mixers = mixersOf(repository).flatMap((pack) =>
    declared(textOf(pack, 'src/family.ts') ?? '').map((word): [string, Named] => [
      word,
      { what: 'mixer', homes: [`packages/${pack.folder}/`] },
    ]),
  );
  const tasks = measuring(repository, 'src/tasks/').flatMap(({ path, text }) =>
    declared(text).map((word): [string, Named] => [
      word,
      { what: 'task', homes: [`packages/eval/${path}`, 'packages/data/src/tasks/'] },
    ]),
  );
  const benchmarks = measuring(repository, 'src/suites/').flatMap(({ path, text }) =>
    declared(text).map((word): [string, Named] => [word, { what: 'benchmark', homes: [`packages/eval/${path}`] }]),
  );
  const known = new Map<string, Named>();
  for (const [word, { what, homes }] of [...mixers, ...tasks, ...benchmarks]) {
    const other = known.get(word);
    known.set(word, other ? { ...other, homes: [...other.homes, ...homes] } : { what, homes });
  }
  return known;
}

/** The benchmark whose name a word begins with: `mmlu` of `mmlu_anatomy`. */
function beginning(word: string, known: ReadonlyMap<string, Named>): string {
  const parts = word.split('_');
  const names = parts.map((_, i) => parts.slice(0, i).join('_'));
  return names.findLast((name) => known.get(name)?.what === 'benchmark') ?? '';
}

function measuring({ packages }: Repository, folder: string): SourceFile[] {
  const pack = packages.find(({ folder }: Package) => folder === 'eval');
  return pack?.files.filter(({ path, kind }) => kind === 'source' && path.startsWith(folder)) ?? [];
}

/** What a value says it is called: `name: 'mqar'`, `model_type: 'delta_net'`, `aliases: ['lm']`, as fields of its own. */
function declared(text: string): string[] {
  const fields = /^ {2}(?:name|model_type|aliases): (?:'.*'|\[.*\]),$/gm;
  return [...text.matchAll(fields)].flatMap(([field]) => [...field.matchAll(/'([^']+)'/g)].map(([, word]) => word));
}

/**
 * Words that a program looks something up by: whole strings and types, fixed parts of templates without the dashes that join them
 * (`mqar-${size}`), and names of fields. Words within a sentence are help texts.
 */
function wordsOf({ path, text }: SourceFile): { word: string; line: number }[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const found: { word: string; line: number }[] = [];
  const visit = (node: ts.Node): void => {
    const word = literalOf(node) ?? fieldOf(node);
    if (word !== undefined) found.push({ word, line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1 });
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function literalOf(node: ts.Node): string | undefined {
  const isText = ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
  return isText ? node.text.replace(/^[-_./]+|[-_./]+$/g, '') : undefined;
}

function fieldOf(node: ts.Node): string | undefined {
  const name =
    ts.isPropertyAssignment(node) || ts.isPropertyAccessExpression(node) || ts.isPropertySignature(node)
      ? node.name
      : ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)
        ? (node.propertyName ?? node.name)
        : undefined;
  return name && ts.isIdentifier(name) && !ordinary.includes(name.text) ? name.text : undefined;
}
