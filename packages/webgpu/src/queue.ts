// What the adapter is asked to do, in order: launches, copies in and out, memory that moves.
import { DeviceError, nextTurn, OutOfMemoryError } from '@twilljs/tensor';
import { type Dispatch, encode, encodeTimed } from './encode.ts';
import type { Launch } from './kernel.ts';
import { type Pipeline, Pipelines } from './pipelines.ts';
import { Records, recordBytes, Uniforms } from './records.ts';
import type { Timer } from './timer.ts';

/** Launches in one submission: no watchdog wakes, and a page stays alive. */
const submissionLaunches = 1024;

/** Something to be done when what is before it is done. */
interface Command {
  readonly pipelines: readonly Pipeline[];
  execute(): void;
}

export class Queue {
  readonly gpu: GPUDevice;
  readonly pipelines: Pipelines;
  private readonly heaps: GPUBuffer[] = [];
  private heapGroups = new Map<string, GPUBindGroup>();
  private readonly pending: Dispatch[] = [];
  private readonly records = new Records(submissionLaunches);
  private readonly uniforms: Uniforms;
  private readonly waiting: Command[] = [];
  private draining: Promise<void> | null = null;
  /** Why nothing runs any more. */
  failure: DeviceError | null = null;
  submissions = 0;
  /** Where launches are timed. */
  timer: Timer | null = null;

  constructor(gpu: GPUDevice) {
    this.gpu = gpu;
    this.pipelines = new Pipelines(gpu, (error) => this.fail(error));
    this.uniforms = new Uniforms(gpu, this.pipelines.argsLayout, submissionLaunches);
  }

  /** The first reason stays. */
  fail(error: DeviceError): void {
    this.failure ??= error;
  }

  /** A launch with its pipeline, and the heaps that it touches. */
  dispatchOf(launch: Launch): Dispatch {
    const { pipeline, heaps } = this.pipelines.of(launch);
    const most = this.gpu.limits.maxComputeWorkgroupsPerDimension;
    const y = Math.ceil(launch.units / most);
    return { pipeline, heaps: `${heaps}`, x: y > 1 ? Math.ceil(launch.units / y) : launch.units, y };
  }

  /** Runs a launch once. */
  launch(launch: Launch): void {
    if (launch.units === 0) return;
    if (this.pending.length === submissionLaunches) this.flush();
    this.records.write(this.pending.length, launch);
    this.pending.push(this.dispatchOf(launch));
  }

  /** Hands over the launches so far. */
  flush(): void {
    if (this.pending.length === 0) return;
    const dispatches = this.pending.splice(0);
    // Copied, since it may have to wait.
    const records = this.records.bytes.slice(0, dispatches.length * recordBytes);
    this.enqueue(
      dispatches.map(({ pipeline }) => pipeline),
      () => {
        this.uniforms.write(0, records);
        this.submit(dispatches, this.uniforms);
      },
    );
  }

  /** Does something after all that was asked for before; at once where that is done and its pipelines are there. */
  enqueue(pipelines: readonly Pipeline[], execute: () => void): void {
    if (this.failure) throw this.failure;
    if (this.waiting.length === 0 && pipelines.every(({ made }) => made)) {
      execute();
      return;
    }
    this.waiting.push({ pipelines, execute });
    this.draining ??= this.drain();
  }

  /** When all is done, and nothing failed. */
  async idle(): Promise<void> {
    await this.draining;
    await this.gpu.queue.onSubmittedWorkDone();
    if (this.failure) throw this.failure;
  }

  private async drain(): Promise<void> {
    for (let command = this.waiting[0]; command && !this.failure; command = this.waiting[0]) {
      await Promise.all(command.pipelines.map(({ ready }) => ready));
      if (this.failure) break;
      try {
        command.execute();
      } catch (cause) {
        // Nobody called it who could be told.
        const { message } = cause as Error;
        this.fail(new DeviceError(`webgpu: a command could not be given: ${message}; make another device.`, { cause }));
      }
      this.waiting.shift();
    }
    this.waiting.length = 0;
    this.draining = null;
  }

  /** Encodes dispatches, one pass for each submission; of each launch where it is timed. */
  submit(dispatches: readonly Dispatch[], uniforms: Uniforms): void {
    for (let from = 0; from < dispatches.length; from += submissionLaunches) {
      const to = Math.min(dispatches.length, from + submissionLaunches);
      const encoder = this.gpu.createCommandEncoder();
      const groupOf = (heaps: string) => this.heapGroup(heaps);
      const timing = this.timer?.begin(to - from);
      if (timing) encodeTimed(encoder, dispatches, uniforms, [from, to], groupOf, timing);
      else {
        const pass = encoder.beginComputePass();
        encode(pass, dispatches, uniforms, [from, to], groupOf);
        pass.end();
      }
      this.gpu.queue.submit([encoder.finish()]);
      timing?.submitted();
      this.submissions++;
    }
  }

  private heapGroup(key: string): GPUBindGroup {
    const known = this.heapGroups.get(key);
    if (known) return known;
    const heaps = key.split(',').map(Number);
    const group = this.gpu.createBindGroup({
      layout: this.pipelines.heapLayout(heaps.length),
      entries: heaps.map((heap, binding) => ({ binding, resource: { buffer: this.heaps[heap] } })),
    });
    this.heapGroups.set(key, group);
    return group;
  }

  /** A heap of so many bytes, with what it held. */
  resize(heap: number, bytes: number): void {
    if (this.failure) return; // whoever asks for the memory is told when it is used
    this.flush();
    this.enqueue([], () => {
      const old = this.heaps[heap];
      const buffer = this.buffer(bytes, 0x8c); // STORAGE, COPY_SRC, COPY_DST
      this.heaps[heap] = buffer;
      this.heapGroups = new Map();
      if (!old) return;
      const encoder = this.gpu.createCommandEncoder();
      encoder.copyBufferToBuffer(old, 0, buffer, 0, old.size);
      this.gpu.queue.submit([encoder.finish()]);
      old.destroy();
    });
  }

  /** A buffer; where there is no memory for it nothing runs any more. */
  buffer(size: number, usage: number): GPUBuffer {
    this.gpu.pushErrorScope('out-of-memory');
    const buffer = this.gpu.createBuffer({ size, usage });
    this.gpu.popErrorScope().then(
      (error) => {
        if (error)
          this.fail(
            new OutOfMemoryError(
              `webgpu: ${size} bytes could not be allocated on the adapter; use a smaller batch or model.`,
            ),
          );
      },
      () => {}, // The device is lost, which says so itself.
    );
    return buffer;
  }

  /** Bytes into a heap, at their time. */
  write(heap: number, offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.flush();
    this.enqueue([], () => this.gpu.queue.writeBuffer(this.heaps[heap], offset, bytes));
  }

  /** Bytes of a heap as they are when all that was asked for before is done. @param size a multiple of 4. */
  async read(heap: number, offset: number, size: number): Promise<ArrayBuffer> {
    this.flush();
    const staging = this.buffer(Math.max(4, size), 9); // MAP_READ, COPY_DST
    await new Promise<void>((resolve, reject) => {
      this.enqueue([], () => {
        const encoder = this.gpu.createCommandEncoder();
        encoder.copyBufferToBuffer(this.heaps[heap], offset, staging, 0, size);
        this.gpu.queue.submit([encoder.finish()]);
        resolve();
      });
      this.draining?.then(() => this.failure && reject(this.failure));
    });
    try {
      await staging.mapAsync(1);
    } catch (cause) {
      // Where the device was lost, that says why.
      await Promise.race([this.gpu.lost, new Promise((resolve) => setTimeout(resolve, 100))]);
      await nextTurn();
      throw this.failure ?? new DeviceError('webgpu: the memory could not be read; make another device.', { cause });
    }
    if (this.failure) throw this.failure;
    const copy = staging.getMappedRange().slice(0, size);
    staging.destroy();
    return copy;
  }

  /** @param why for whoever still waits. */
  dispose(why: DeviceError): void {
    this.fail(why);
    this.pending.length = 0;
    for (const heap of this.heaps) heap?.destroy();
  }
}
