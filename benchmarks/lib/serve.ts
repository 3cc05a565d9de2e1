// One of our own sides as a process: prepares what its argument asks for, then works whenever a line comes.
import { createInterface } from 'node:readline';

/** Something that can be timed again and again. */
export interface Subject {
  /** Said once, when it is ready. */
  readonly hello: object;
  work(request: never): object | Promise<object>;
}

const say = (answer: object) => process.stdout.write(`${JSON.stringify(answer)}\n`);

/** Runs until standard input ends. */
export async function serve<Job>(prepare: (job: Job) => Promise<Subject>): Promise<void> {
  const subject = await prepare(JSON.parse(process.argv[2]));
  say(subject.hello);
  for await (const line of createInterface({ input: process.stdin })) {
    say(await subject.work(JSON.parse(line) as never));
  }
  process.exit(0);
}
