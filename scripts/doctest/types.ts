// Type-checks the programs of the documentation against the packages' sources.
import { join } from 'node:path';
import ts from 'typescript';
import type { Fence } from './fences.ts';

/** Every type error of the fences, with the file and line where it stands. */
export function typeErrors(root: string, fences: readonly Fence[]): string[] {
  // As if they lay in node_modules, from where every package of the workspace can be imported by name.
  const files = new Map(fences.map((fence, i) => [join(root, `node_modules/.cache/fence-${i}.ts`), fence]));
  const { config } = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [] }, ts.sys, root);
  options.moduleDetection = ts.ModuleDetectionKind.Force;
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path)?.code ?? readFile(path);
  host.getSourceFile = (path, language, ...rest) => {
    const code = files.get(path)?.code;
    return code === undefined ? getSourceFile(path, language, ...rest) : ts.createSourceFile(path, code, language);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files].flatMap(([path, fence]) => {
    const source = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    return found.map(({ start = 0, messageText }) => {
      const line = fence.line + fence.code.slice(0, start).split('\n').length;
      return `${fence.file}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  });
}
