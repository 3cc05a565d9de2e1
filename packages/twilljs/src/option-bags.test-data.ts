// Where the public API takes a bag of options: read from the types of `twilljs` and `twilljs/node`, so that none can be forgotten.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const byType = /(Options|Settings|Config|Attrs|Spec|Size)$/;
const byName = /^(options|settings|config|attrs|spec)$/;

export interface OptionBag {
  readonly name: string;
  /** Its type takes any name, so that the compiler refuses none. */
  readonly open: boolean;
}

/**
 * `hybrid: options`, `Tensor.matmul: MatmulOptions`: the functions, constructors and methods that take a parameter with the name
 * or the type of options. One whose parameter is taken apart in place is named after its type.
 */
export function optionBags(): OptionBag[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root);
  const entries = ['index', 'node'].map((entry) => join(root, `packages/twilljs/src/${entry}.ts`));
  const program = ts.createProgram(entries, options);
  const checker = program.getTypeChecker();

  /** The type's own name, through aliases such as `Partial<...>`. */
  const nameOf = ({ aliasSymbol, symbol }: ts.Type): string => (aliasSymbol ?? symbol)?.name ?? '';

  function bagsOf(name: string, signature: ts.Signature): OptionBag[] {
    return signature.parameters.flatMap((parameter) => {
      const type = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
      const open = checker.getIndexInfosOfType(type).length > 0;
      if (byName.test(parameter.name)) return [{ name: `${name}: ${parameter.name}`, open }];
      return byType.test(nameOf(type)) ? [{ name: `${name}: ${nameOf(type)}`, open }] : [];
    });
  }

  function methodsOf(name: string, type: ts.Type): OptionBag[] {
    return type.getProperties().flatMap((property) => {
      const hidden = property.declarations?.some(
        (d) => ts.getCombinedModifierFlags(d) & ts.ModifierFlags.NonPublicAccessibilityModifier,
      );
      if (hidden) return [];
      const signatures = checker.getTypeOfSymbol(property).getCallSignatures();
      return signatures.flatMap((signature) => bagsOf(`${name}.${property.name}`, signature));
    });
  }

  const found = entries.flatMap((entry) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry) as ts.SourceFile) as ts.Symbol;
    return checker.getExportsOfModule(module).flatMap((exported) => {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (!(symbol.flags & ts.SymbolFlags.Value)) return [];
      const type = checker.getTypeOfSymbol(symbol);
      const made = type.getConstructSignatures();
      return [
        ...type.getCallSignatures().flatMap((signature) => bagsOf(exported.name, signature)),
        ...made.flatMap((signature) => bagsOf(`new ${exported.name}`, signature)),
        ...(symbol.flags & ts.SymbolFlags.Class
          ? methodsOf(exported.name, checker.getDeclaredTypeOfSymbol(symbol))
          : []),
      ];
    });
  });
  return [...new Map(found.map((bag) => [bag.name, bag])).values()];
}
