// Pipelines: one for each kernel, set of constants, and way in which its operands lie in heaps. They are made at the same time.
import { DeviceError } from '@twilljs/tensor';
import { compose } from './compose.ts';
import { heapOf } from './heaps.ts';
import type { Launch, Pointer, WgslModule } from './kernel.ts';

export interface Pipeline {
  /** Package, file and function. */
  readonly label: string;
  /** Null until it is made. */
  made: GPUComputePipeline | null;
  readonly ready: Promise<void>;
}

/** Storage buffers of a dispatch: what every adapter grants. */
const mostHeaps = 8;

/** The heaps that a launch touches, each once, and by operand of its module which of these it lies in. */
function heapsOf({ kernel, args }: Launch): { heaps: number[]; pattern: number[] } {
  const heaps: number[] = [];
  const pattern = kernel.module.operands.map(([name]) => {
    const pointer = kernel.operands.includes(name) ? (args as Record<string, Pointer>)[name] : 0;
    if (!pointer) return 0;
    const heap = heapOf(pointer);
    if (!heaps.includes(heap)) heaps.push(heap);
    return heaps.indexOf(heap);
  });
  if (heaps.length === 0) heaps.push(0);
  if (heaps.length <= mostHeaps) return { heaps, pattern };
  throw new DeviceError(
    `webgpu: the operands of ${kernel.module.name} lie in ${heaps.length} buffers, more than the ${mostHeaps} of a dispatch; use a smaller model.`,
  );
}

export class Pipelines {
  private readonly gpu: GPUDevice;
  private readonly failed: (error: DeviceError) => void;
  private readonly modules = new Map<WgslModule, Map<string, GPUShaderModule>>();
  private readonly pipelines = new Map<WgslModule, Map<string, Pipeline>>();
  private readonly layouts: GPUPipelineLayout[] = [];
  private readonly heapLayouts: GPUBindGroupLayout[] = [];
  readonly argsLayout: GPUBindGroupLayout;
  /** When the first was asked for, and when the last was there, in ms. */
  private began = 0;
  private ended = 0;

  constructor(gpu: GPUDevice, failed: (error: DeviceError) => void) {
    this.gpu = gpu;
    this.failed = failed;
    this.argsLayout = gpu.createBindGroupLayout({
      entries: [{ binding: 0, visibility: 4, buffer: { type: 'uniform', hasDynamicOffset: true } }],
    });
  }

  /** Of a pipeline whose launches touch so many heaps. */
  heapLayout(count: number): GPUBindGroupLayout {
    this.heapLayouts[count] ??= this.gpu.createBindGroupLayout({
      entries: Array.from({ length: count }, (_, binding) => ({ binding, visibility: 4, buffer: { type: 'storage' } })),
    });
    return this.heapLayouts[count];
  }

  /** The pipeline of a launch, and the heaps that it is to be given. */
  of(launch: Launch): { pipeline: Pipeline; heaps: number[] } {
    const { kernel, constants = {} } = launch;
    const { heaps, pattern } = heapsOf(launch);
    const key = `${kernel.name} ${pattern} ${Object.entries(constants)}`;
    let own = this.pipelines.get(kernel.module);
    if (!own) {
      own = new Map();
      this.pipelines.set(kernel.module, own);
    }
    let pipeline = own.get(key);
    if (!pipeline) {
      pipeline = this.make(launch, pattern, heaps.length);
      own.set(key, pipeline);
    }
    return { pipeline, heaps };
  }

  private make({ kernel, constants = {} }: Launch, pattern: readonly number[], heaps: number): Pipeline {
    this.layouts[heaps] ??= this.gpu.createPipelineLayout({
      bindGroupLayouts: [this.argsLayout, this.heapLayout(heaps)],
    });
    this.began ||= performance.now();
    const module = this.moduleOf(kernel.module, pattern);
    const label = `${kernel.module.name}/${kernel.name}`;
    const made = this.gpu.createComputePipelineAsync({
      label,
      layout: this.layouts[heaps],
      compute: { module, entryPoint: kernel.name, constants },
    });
    const pipeline: Pipeline = {
      label,
      made: null,
      ready: made.then(
        (done) => {
          pipeline.made = done;
          this.ended = performance.now();
        },
        (cause: Error) => {
          const { message } = cause;
          this.failed(new DeviceError(`webgpu: ${label} does not run here: ${message}`, { cause }));
        },
      ),
    };
    return pipeline;
  }

  private moduleOf(module: WgslModule, pattern: readonly number[]): GPUShaderModule {
    const own = this.modules.get(module) ?? new Map<string, GPUShaderModule>();
    this.modules.set(module, own);
    const key = `${pattern}`;
    const made = own.get(key) ?? this.gpu.createShaderModule({ label: module.name, code: compose(module, pattern) });
    own.set(key, made);
    return made;
  }

  private get all(): Pipeline[] {
    return [...this.pipelines.values()].flatMap((own) => [...own.values()]);
  }

  /** When all that were asked for are there. */
  async settled(): Promise<void> {
    await Promise.all(this.all.map(({ ready }) => ready));
  }

  /** How many there are, and the milliseconds from the first request to the last that is there. */
  get counted(): { count: number; ms: number } {
    return { count: this.all.length, ms: Math.max(0, this.ended - this.began) };
  }
}
