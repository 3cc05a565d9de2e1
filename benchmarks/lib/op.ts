// Ops inside one process: a call again and again, beside what is its floor.
import { type WasmDevice, type WasmOptions, wasm } from '@twilljs/wasm';
import { fastest } from './measure.ts';
import { serve } from './serve.ts';

export type Body = () => void;

export interface OpCase {
  readonly name: string;
  /** Floating-point operations of one call. */
  readonly flops?: number;
  /** Makes the inputs on a device; what it returns is timed. */
  make(device: WasmDevice): Body | Promise<Body>;
  /** What runs beside it: the same on a device without these kernels, or something else on the same device. */
  readonly beside?: 'definition' | { readonly name: string; make(device: WasmDevice): Body | Promise<Body> };
}

export interface OpJob {
  readonly kernels?: WasmOptions['kernels'];
  /** Of the device on which the definition runs. Default: the primitives alone. */
  readonly below?: WasmOptions['kernels'];
  readonly cases: readonly OpCase[];
}

export interface OpHello {
  readonly label: string;
  readonly cases: readonly { readonly name: string; readonly flops?: number; readonly beside: string | null }[];
}

export interface OpReply {
  readonly seconds: number;
  readonly beside?: number;
}

/** A side that times the case it is asked for; every case has devices of its own, so that none keeps the memory of all. */
export async function serveOp({ kernels = [], below = [], cases }: OpJob): Promise<void> {
  await serve(async () => {
    const { label } = await wasm();
    let at = -1;
    let devices: WasmDevice[] = [];
    let bodies: Body[] = [];
    const prepare = async ({ make, beside }: OpCase) => {
      for (const device of devices) device[Symbol.dispose]();
      devices = [await wasm({ kernels })];
      bodies = [await make(devices[0])];
      if (beside === 'definition') {
        devices.push(await wasm({ kernels: below }));
        bodies.push(await make(devices[1]));
      } else if (beside) bodies.push(await beside.make(devices[0]));
    };
    const told = cases.map(({ name, flops, beside }) => ({
      ...{ name, flops },
      beside: typeof beside === 'object' ? beside.name : (beside ?? null),
    }));
    return {
      hello: { label, cases: told },
      async work({ of }: { of: number }) {
        if (of !== at) await prepare(cases[of]);
        at = of;
        const [seconds, beside] = bodies.map((body) => fastest(body));
        return { seconds, beside };
      },
    };
  });
}
