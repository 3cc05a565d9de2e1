// How many threads a device has: as asked, else what the machine and its engine offer.
import { DeviceError, OptionError, shown } from '@twilljs/tensor';

/** Threads that a device has by default, at most: beyond, small models gain nothing and other programs lose. */
const DEFAULT_MOST = 8;
/** That may be asked for. */
const MOST = 64;

/** What is used of Node's global; absent in browsers. */
interface Host {
  readonly process?: {
    readonly env?: Readonly<Record<string, string | undefined>>;
    readonly permission?: { has(scope: string): boolean };
    getBuiltinModule?(name: 'node:os'): { availableParallelism(): number };
  };
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly crossOriginIsolated?: boolean;
  readonly Worker?: unknown;
}

export interface Threads {
  readonly count: number;
  /** Why there is only one; empty where there are more. */
  readonly reason: string;
}

/** True in Node, and what works as it does: threads are `worker_threads`. */
export const inNode = (): boolean => (globalThis as Host).process?.getBuiltinModule?.('node:os') !== undefined;

/** Why memory cannot be shared with another thread here; empty where it can. */
function obstacle({ process, crossOriginIsolated, Worker }: Host): string {
  if (process?.permission?.has('worker') === false)
    return 'this process may not start threads; run it with --allow-worker';
  if (inNode()) return '';
  if (typeof Worker !== 'function') return 'there are no workers here';
  if (crossOriginIsolated) return '';
  return 'this page is not cross-origin isolated; serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp';
}

/** Processors that this process may use. */
function processors({ process, navigator }: Host): number {
  return process?.getBuiltinModule?.('node:os')?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
}

/** Reads `TWILL_THREADS`; undefined where it is not set. */
function fromEnvironment({ process }: Host): number | undefined {
  const text = process?.env?.TWILL_THREADS;
  if (!text) return undefined;
  return required('TWILL_THREADS', /^\d+$/.test(text) ? Number(text) : text);
}

function required(where: string, value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MOST) return value as number;
  throw new OptionError(`${where} is ${shown(value)}; give a whole number of threads from 1 to ${MOST}.`);
}

/**
 * The number of threads: as asked, else `TWILL_THREADS`, else as many as there are processors, at most eight.
 *
 * @throws OptionError for what is no number of threads; DeviceError where more than one was asked for and there cannot be.
 */
export function chooseThreads(asked: number | undefined): Threads {
  const host = globalThis as Host;
  const wanted = asked === undefined ? fromEnvironment(host) : required('wasm: threads', asked);
  const reason = obstacle(host);
  if (reason === '') {
    const count = wanted ?? Math.min(DEFAULT_MOST, processors(host));
    const alone = wanted === undefined ? 'this process may use one processor only' : 'one was asked for';
    return { count, reason: count === 1 ? alone : '' };
  }
  if (wanted === undefined || wanted === 1) return { count: 1, reason };
  throw new DeviceError(`wasm: ${wanted} threads were asked for, but ${reason}, or leave threads out.`);
}
