// What needs Redis and files: filling a queue, working on it, and watching it.
export { type FilledQueue, type FillOptions, fillQueue } from './fill.ts';
export { deviceWord, type Fingerprint } from './fingerprint.ts';
export { type OpenQueue, type OpenQueueOptions, openQueue, type QueuedSweep } from './queue.ts';
export type { Ending, HeldCell, QueueRecord, QueueStatus, WorkerState } from './record.ts';
export { type QueueView, tellQueue, viewQueue } from './watch.ts';
export { type WorkEvent, type WorkOptions, type WorkOutcome, workQueue } from './work.ts';
