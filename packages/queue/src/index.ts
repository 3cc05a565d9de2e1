// @twilljs/queue: sweeps over many machines. What needs Redis and files is in `./node`.
export { type QueueAddress, queueAddress } from './address.ts';
