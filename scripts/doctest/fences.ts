// The programs of a Markdown file, and its commands; of the programs, `// =>` lines are turned into checks.
import { transformSync } from 'esbuild';
import ts from 'typescript';

export interface Fence {
  file: string;
  /** Line of the fence's opening, from 1. */
  line: number;
  code: string;
  /** Why it is not run; null when it is. */
  norun: string | null;
}

/** What the fences of a language begin with. */
const openings = { ts: /^```(?:ts|typescript)\b([^\n]*)\n([\s\S]*?)^```/gm, sh: /^```sh\b([^\n]*)\n([\s\S]*?)^```/gm };

/**
 * Every fence of the text in a language. `ts norun <reason>` marks one that cannot run.
 *
 * @throws Error when a `norun` gives no reason.
 */
export function readFences(file: string, text: string, language: keyof typeof openings = 'ts'): Fence[] {
  const fences: Fence[] = [];
  for (const match of text.matchAll(openings[language])) {
    const line = text.slice(0, match.index).split('\n').length;
    const [, mark, reason] = /^\s*(norun)?:?\s*(.*)$/.exec(match[1]) ?? [];
    if (mark && !reason) throw new Error(`${file}:${line}: norun needs a reason; write it on the same line.`);
    fences.push({ file, line, code: match[2], norun: mark ? reason : null });
  }
  return fences;
}

/**
 * The fence as a JavaScript module that throws when a `// =>` line does not hold.
 *
 * @param same module that exports `same`, as the program will import it.
 * @throws Error when a `// =>` follows something that has no value.
 */
export function programOf(fence: Fence, same: string): string {
  const { code } = transformSync(withChecks(fence), { loader: 'ts', target: 'es2022', format: 'esm' });
  return `import { same as __same } from ${JSON.stringify(same)};\n${code}`;
}

function withChecks({ file, line, code }: Fence): string {
  const tree = ts.createSourceFile('fence.ts', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
  const edits: { from: number; to: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    const expected = ts.isStatement(node) ? /^[^\S\n]*\/\/ => (.*)/.exec(code.slice(node.end))?.[1] : undefined;
    const at = line + code.slice(0, node.end).split('\n').length;
    const check = (value: string): string =>
      `__same(${value}, ${JSON.stringify(expected?.trim())}, ${JSON.stringify(`${file}:${at}`)});`;
    if (expected !== undefined && ts.isExpressionStatement(node)) {
      edits.push({ from: node.getStart(), to: node.end, text: check(printed(node.expression)) });
    } else if (expected !== undefined && ts.isVariableStatement(node)) {
      const [{ name }] = node.declarationList.declarations;
      edits.push({ from: node.end, to: node.end, text: ` ${check(name.getText())}` });
    } else {
      ts.forEachChild(node, visit);
    }
  };
  visit(tree);
  const promised = code.match(/\/\/ =>/g)?.length ?? 0;
  if (promised !== edits.length) {
    throw new Error(
      `${file}:${line}: ${promised} lines promise a value, ${edits.length} follow one statement that has it.`,
    );
  }
  return edits.reduceRight((text, edit) => text.slice(0, edit.from) + edit.text + text.slice(edit.to), code);
}

/** The expression itself, or for `console.log(...)` what it would print. */
function printed(expression: ts.Expression): string {
  const call = ts.isCallExpression(expression) && expression.expression.getText() === 'console.log' ? expression : null;
  if (!call) return expression.getText();
  const values = call.arguments.map((value) => value.getText());
  return values.length === 1 ? values[0] : `[${values.join(', ')}].map(String).join(' ')`;
}
