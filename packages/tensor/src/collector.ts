// The engine's garbage collector, where it can be asked to run: in Node. A page's cannot.

/** What is used of Node's global; absent in browsers. */
interface Host {
  readonly process?: {
    getBuiltinModule?(name: 'node:v8'): { setFlagsFromString(flags: string): void };
    getBuiltinModule?(name: 'node:vm'): Vm;
  };
}
interface Vm {
  createContext(globals: object, options: { microtaskMode: 'afterEvaluate' }): object;
  runInContext(code: string, context: object): unknown;
  runInNewContext(code: string): unknown;
}

let collector: (() => void) | null | undefined;

/** Found when it is first needed, so that an import sets no flag of the engine. */
function found(): (() => void) | null {
  const { process } = globalThis as Host;
  if (!process?.getBuiltinModule) return null;
  try {
    process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
    const vm = process.getBuiltinModule('node:vm') as unknown as Vm;
    const gc = vm.runInNewContext('gc') as () => void;
    const empty = vm.createContext({}, { microtaskMode: 'afterEvaluate' });
    return () => {
      // Weak references made in this turn hold what they refer to until it ends; the end of any script's own turn lets go.
      vm.runInContext('0', empty);
      gc();
    };
  } catch {
    return null; // another engine behind Node's interface
  }
}

/** Whether `askToCollect` can do anything here. */
export function canCollect(): boolean {
  collector ??= found();
  return collector !== null;
}

/** Collects everything unreachable at once. @returns false where the engine cannot be asked. */
export function askToCollect(): boolean {
  if (!canCollect()) return false;
  collector!();
  return true;
}
