// What a TypeScript file imports and exports, read from its syntax tree.
import ts from 'typescript';

export interface Import {
  /** The module as it is written: `./op.ts`, `@twilljs/tensor`, `node:fs`. */
  from: string;
  /** True when nothing is left of it once types are stripped. */
  typeOnly: boolean;
}

/** Every static import, re-export, dynamic import of a literal, and `/// <reference types>`. */
export function readImports(path: string, text: string): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ from: node.moduleSpecifier.text, typeOnly: importsTypes(node.importClause) });
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      found.push({ from: node.moduleSpecifier.text, typeOnly: exportsTypes(node) });
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [from] = node.arguments;
      if (from && ts.isStringLiteralLike(from)) found.push({ from: from.text, typeOnly: false });
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      if (ts.isStringLiteral(node.argument.literal)) found.push({ from: node.argument.literal.text, typeOnly: true });
    }
    ts.forEachChild(node, visit);
  };
  const file = parse(path, text);
  visit(file);
  return [...found, ...file.typeReferenceDirectives.map(({ fileName }) => ({ from: fileName, typeOnly: true }))];
}

/**
 * The exported names of a module, types included.
 *
 * @param read gives the text of a relative module, for `export *`.
 */
export function readExports(path: string, text: string, read: (from: string) => string): string[] {
  const names: string[] = [];
  for (const node of parse(path, text).statements) {
    if (ts.isExportDeclaration(node)) {
      if (node.exportClause && ts.isNamedExports(node.exportClause)) {
        names.push(...node.exportClause.elements.map((e) => e.name.text));
      } else if (node.exportClause) {
        names.push(node.exportClause.name.text);
      } else if (node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
        const { text: from } = node.moduleSpecifier;
        if (from.startsWith('.')) names.push(...readExports(from, read(from), read));
        else names.push(`* from ${from}`);
      }
    } else if (isExported(node)) {
      if (ts.isVariableStatement(node)) names.push(...node.declarationList.declarations.map((d) => d.name.getText()));
      else if ('name' in node && node.name) names.push((node.name as ts.Identifier).text);
    }
  }
  return names.sort();
}

function parse(path: string, text: string): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
}

function isExported(node: ts.Statement): boolean {
  return ts.canHaveModifiers(node) && !!ts.getModifiers(node)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword);
}

function importsTypes(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.isTypeOnly) return true;
  if (clause.name || !clause.namedBindings || !ts.isNamedImports(clause.namedBindings)) return false;
  const { elements } = clause.namedBindings;
  return elements.length > 0 && elements.every((e) => e.isTypeOnly);
}

function exportsTypes(node: ts.ExportDeclaration): boolean {
  if (node.isTypeOnly) return true;
  if (!node.exportClause || !ts.isNamedExports(node.exportClause)) return false;
  const { elements } = node.exportClause;
  return elements.length > 0 && elements.every((e) => e.isTypeOnly);
}
