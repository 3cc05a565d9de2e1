// The micro-kernel peak of the tier that runs here.
import { wasm } from '@twilljs/wasm';
import { fastest } from '../lib/measure.ts';
import type { PeakModule } from '../lib/peak.ts';
import { serve } from '../lib/serve.ts';

await serve(async ({ modules }: { modules: Record<string, PeakModule> }) => {
  const { tier, threads } = await wasm(); // sets the engine's flags, for what is compiled after
  const { module, flops } = modules[tier];
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const { instance } = await WebAssembly.instantiate(Buffer.from(module, 'base64'), { env: { memory } });
  const peak = instance.exports.peak as (n: number) => void;
  const node = process.version;
  return { hello: { tier, threads, node }, work: () => ({ flops: (100 * flops) / fastest(() => peak(100)) }) };
});
