// Docstrings as pages of Markdown, by typedoc: one for each entry of a package, and for each namespace of one.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Application, type ContainerReflection, ReflectionKind, type TypeDocOptions } from 'typedoc';
import type { Documented } from './packages.ts';

const plugin = createRequire(import.meta.url).resolve('typedoc-plugin-markdown');

/**
 * Pages by their paths: `gla/src.md` is the entry `@twilljs/gla`, `nn/src/wasm.md` is `@twilljs/nn/wasm`. They link to each other.
 *
 * @throws Error when a public name has no docstring, or a docstring is wrong: typedoc has then said where.
 */
export async function readDocstrings(root: string, packages: readonly Documented[]): Promise<Map<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'twill-docs-'));
  try {
    const options: TypeDocOptions & Record<string, unknown> = {
      entryPoints: packages.flatMap(({ entries }) => entries.map(({ source }) => join(root, source))),
      tsconfig: join(root, 'tsconfig.json'),
      plugin: [plugin],
      outputs: [{ name: 'markdown', path: folder }],
      outputFileStrategy: 'modules',
      basePath: join(root, 'packages'),
      logLevel: 'Warn',
      readme: 'none',
      skipErrorChecking: true, // types are a matter of `pnpm check`
      excludeExternals: true,
      excludePrivate: true,
      disableSources: true,
      sort: ['source-order'],
      validation: { invalidLink: true, notDocumented: false, notExported: false }, // of names: below
      hideBreadcrumbs: true,
      hidePageHeader: true,
      hidePageTitle: true,
      useCodeBlocks: true,
      useHTMLAnchors: true,
      parametersFormat: 'table',
      propertyMembersFormat: 'table',
      interfacePropertiesFormat: 'table',
      classPropertiesFormat: 'table',
      typeDeclarationFormat: 'table',
    };
    const app = await Application.bootstrapWithPlugins(options);
    const project = await app.convert();
    if (!project) throw new Error('typedoc could not read the packages.');
    app.validate(project);
    for (const name of undocumented(project)) app.logger.warn(`${name} has no docstring.`);
    await app.generateOutputs(project);
    if (app.logger.hasWarnings() || app.logger.hasErrors())
      throw new Error('docstrings: mend what typedoc names above.');
    return new Map(
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.md'))
        .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Public names that nobody has described. */
function undocumented({ children = [] }: ContainerReflection): string[] {
  return children.flatMap((child) => {
    if (child.isReference()) return [];
    if (child.kindOf([ReflectionKind.Module, ReflectionKind.Namespace])) return undocumented(child);
    return child.hasComment() || child.signatures?.some((one) => one.hasComment()) ? [] : [child.getFriendlyFullName()];
  });
}
