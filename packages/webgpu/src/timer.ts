// Where the time of the card goes: timestamps before and after each launch, which then has a pass of its own.
import { DeviceError, type KernelTime } from '@twilljs/tensor';

/** The launches of one submission. */
export interface Timing {
  /** How the pass of the next launch is begun. */
  pass(kernel: string): GPUComputePassDescriptor;
  /** The last of the encoder's commands. */
  end(encoder: GPUCommandEncoder): void;
  /** To be called when they were submitted. */
  submitted(): void;
}

export class Timer {
  private readonly gpu: GPUDevice;
  private readonly times = new Map<string, { launches: number; ms: number }>();
  private readonly open: Promise<void>[] = [];

  /** @throws DeviceError where the adapter has no timestamps. */
  constructor(gpu: GPUDevice) {
    if (!gpu.features.has('timestamp-query')) {
      throw new DeviceError('webgpu: this adapter has no timestamps (timestamp-query); time whole steps instead.');
    }
    this.gpu = gpu;
  }

  /** For a submission of at most so many launches. */
  begin(launches: number): Timing {
    const { gpu } = this;
    const querySet = gpu.createQuerySet({ type: 'timestamp', count: 2 * launches });
    const size = 16 * launches;
    const resolved = gpu.createBuffer({ size, usage: 0x204 }); // QUERY_RESOLVE, COPY_SRC
    const staging = gpu.createBuffer({ size, usage: 9 }); // MAP_READ, COPY_DST
    const kernels: string[] = [];
    return {
      pass(kernel) {
        const at = 2 * kernels.length;
        kernels.push(kernel);
        return { timestampWrites: { querySet, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 } };
      },
      end(encoder) {
        encoder.resolveQuerySet(querySet, 0, 2 * kernels.length, resolved, 0);
        encoder.copyBufferToBuffer(resolved, 0, staging, 0, size);
      },
      submitted: () => {
        this.open.push(
          staging.mapAsync(1).then(() => {
            this.add(kernels, new BigUint64Array(staging.getMappedRange()));
            for (const held of [querySet, resolved, staging]) held.destroy();
          }),
        );
      },
    };
  }

  private add(kernels: readonly string[], stamps: BigUint64Array): void {
    kernels.forEach((kernel, i) => {
      const time = this.times.get(kernel) ?? { launches: 0, ms: 0 };
      time.launches++;
      time.ms += Number(stamps[2 * i + 1] - stamps[2 * i]) / 1e6;
      this.times.set(kernel, time);
    });
  }

  /** All that was submitted so far, the longest first. */
  async result(): Promise<KernelTime[]> {
    await Promise.all(this.open);
    return [...this.times].map(([kernel, time]) => ({ kernel, ...time })).sort((a, b) => b.ms - a.ms);
  }
}
