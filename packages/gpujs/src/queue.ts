// Work in order: gpu.js answers by promises, and a device is told what to do without waiting.
export class Queue {
  private last: Promise<void> = Promise.resolve();
  /** Of the first job that failed: nothing is right after it. */
  failure: Error | null = null;

  add(job: () => Promise<void> | void): void {
    this.last = this.last.then(async () => {
      if (this.failure) return;
      try {
        await job();
      } catch (error) {
        this.failure = error as Error;
      }
    });
  }

  /** When all that was added so far is done. @throws what a job threw. */
  async settled(): Promise<void> {
    await this.last;
    if (this.failure) throw this.failure;
  }
}
