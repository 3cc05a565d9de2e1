// A worker of a live page: begun when asked, ended by its button, and what it says of itself. Nothing here waits for a frame to be
// drawn, so a hidden tab goes on.
import { onBeforeUnmount, reactive } from 'vue';

/** What every worker of these pages tells, beside what is its own. */
export type Common =
  /** Which device runs, why it has the threads that it has, and how large the model is. */
  | { readonly kind: 'device'; readonly label: string; readonly reason: string; readonly parameters: number }
  | { readonly kind: 'done'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly message: string };

export interface Running {
  state: 'idle' | 'running' | 'stopped' | 'done' | 'failed';
  /** The device that runs, as it calls itself, and why it has the threads that it has. */
  device: string;
  message: string;
  start(asked: unknown): void;
  stop(): void;
}

/**
 * @param create makes the worker: written out where it is used, since a bundler finds workers by this expression.
 * @param hear gets everything that the worker tells.
 */
export function useWorker<Told extends { kind: string }>(create: () => Worker, hear: (told: Told) => void): Running {
  let worker: Worker | null = null;
  const end = (state: Running['state'], message = '') => {
    worker?.terminate();
    worker = null;
    Object.assign(running, { state, message });
  };
  const running: Running = reactive({
    state: 'idle',
    device: '',
    message: '',
    start(asked: unknown) {
      end('running');
      worker = create();
      worker.addEventListener('error', ({ message }) => end('failed', message || 'the worker could not be loaded'));
      worker.addEventListener('message', ({ data }: MessageEvent<Common>) => {
        if (data.kind === 'device') running.device = `${data.label}: ${data.reason}`;
        hear(data as unknown as Told);
        if (data.kind === 'done') end('done');
        if (data.kind === 'failed') end('failed', data.message);
      });
      worker.postMessage(asked);
    },
    stop: () => end('stopped'),
  } as Running);
  onBeforeUnmount(() => end('idle'));
  return running;
}
