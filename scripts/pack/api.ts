// The public API of a package as text: what stands in its declarations under each name that an entry exports.
import { relative, sep } from 'node:path';
import ts from 'typescript';

const printer = ts.createPrinter({ removeComments: true });

/** Reads the declarations of packages that are installed in a program's folder. */
export class Declarations {
  private readonly home: string;
  private readonly program: ts.Program;
  /** Of each entry. */
  private readonly files: ReadonlyMap<string, string>;

  /** @param entries `@twilljs/data/node` or `twilljs`, all that will be asked for. */
  constructor(home: string, entries: readonly string[]) {
    this.home = home;
    const options: ts.CompilerOptions = {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      strict: true,
      noEmit: true,
      types: [],
    };
    const host = ts.createCompilerHost(options);
    const fileOf = (entry: string) =>
      ts.resolveModuleName(entry, `${home}/program.ts`, options, host).resolvedModule!.resolvedFileName;
    this.files = new Map(entries.map((entry) => [entry, fileOf(entry)]));
    this.program = ts.createProgram([...this.files.values()], options, host);
  }

  /**
   * The text of one entry: each name and what it is, then what these name and the package keeps to itself. What another package
   * declares is named with it.
   */
  of(entry: string): string {
    const checker = this.program.getTypeChecker();
    const source = this.program.getSourceFile(this.files.get(entry)!)!;
    const own = this.packageOf(source);
    const behind = (symbol: ts.Symbol) =>
      symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const seen = new Set<ts.Symbol>();
    const textOf = (name: string, symbol: ts.Symbol): string => {
      const declarations = symbol.declarations ?? [];
      const foreign = declarations.map((each) => this.packageOf(each.getSourceFile())).filter((from) => from !== own);
      return `${name}: ${foreign.length > 0 ? `from ${foreign[0]}` : declarations.map(printed).join('\n')}`;
    };
    const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(source)!);
    const lines = exported.map((symbol) => {
      seen.add(behind(symbol));
      return textOf(symbol.name, behind(symbol));
    });
    const inner: string[] = [];
    for (const symbol of seen) {
      const visit = (node: ts.Node): void => {
        const at = ts.isIdentifier(node) ? checker.getSymbolAtLocation(node) : undefined;
        const named = at && behind(at);
        const [declared] = named?.declarations ?? [];
        const isInner = declared?.parent !== undefined && ts.isSourceFile(statementOf(declared).parent);
        if (named && isInner && !seen.has(named) && this.packageOf(declared.getSourceFile()) === own) {
          seen.add(named);
          inner.push(textOf(named.name, named));
        }
        ts.forEachChild(node, visit);
      };
      for (const declaration of symbol.declarations ?? [])
        if (this.packageOf(declaration.getSourceFile()) === own) visit(declaration);
    }
    const parts = [
      `# ${entry}`,
      lines.sort().join('\n'),
      ...(inner.length > 0 ? [`## inside`, inner.sort().join('\n')] : []),
    ];
    return `${parts.join('\n\n')}\n`;
  }

  private packageOf({ fileName }: ts.SourceFile): string {
    const [scope, name] = relative(`${this.home}/node_modules`, fileName).split(sep);
    return scope.startsWith('@') ? `${scope}/${name}` : scope;
  }
}

/** The statement of a variable, else the declaration itself. */
function statementOf(declaration: ts.Declaration): ts.Node {
  return ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
}

/** A declaration without comments and private members; of a variable its name and type. */
function printed(declaration: ts.Declaration): string {
  const text = printer.printNode(ts.EmitHint.Unspecified, declaration, declaration.getSourceFile());
  const whole = ts.isVariableDeclaration(declaration) ? `const ${text}` : text.replace(/^(export )?(declare )?/, '');
  return whole.replaceAll(/^ +private .*\n/gm, '');
}

/** @returns One line for each that is in one text and not in the other, the first few of them; empty where both are the same. */
export function difference(before: string, after: string): string[] {
  const missing = (here: string, there: string) => {
    const lines = new Set(there.split('\n'));
    return here.split('\n').filter((line) => !lines.has(line));
  };
  const found = [
    ...missing(before, after).map((line) => `- ${line}`),
    ...missing(after, before).map((line) => `+ ${line}`),
  ];
  if (found.length === 0 && before !== after) return ['the same lines in another order'];
  return found.length > 20 ? [...found.slice(0, 20), `and ${found.length - 20} more lines`] : found;
}
