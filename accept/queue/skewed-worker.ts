// A worker whose clock is wrong: `skewed-worker.ts URL DIRECTORY MILLISECONDS`.
import { work } from '../../packages/queue/src/sides.test-data.ts';

const [, , url, directory, skew] = process.argv;
const now = Date.now;
Date.now = () => now() + Number(skew);
const Right = Date;
globalThis.Date = new Proxy(Right, {
  construct: (target, args) => (args.length > 0 ? Reflect.construct(target, args) : new target(Date.now())),
});
process.send?.(await work(url, directory));
