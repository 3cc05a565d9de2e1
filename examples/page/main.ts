// The page: draws what its worker tells, and asks it questions. Nothing is computed here, so that it stays responsive.
import { rng } from '@twilljs/tensor';
import type { Asked, Question, Told } from './messages.ts';

const element = <E extends Element>(id: string): E => document.querySelector<E>(`#${id}`)!;
const worker = new Worker('worker.js', { type: 'module' });
const ask = (asked: Asked) => worker.postMessage(asked);

const [WIDTH, HEIGHT] = [640, 220];

/** A line of the chart: points by step, from `from` at the bottom to `to` at the top. */
class Line {
  private readonly path: SVGPathElement;
  private readonly points: string[] = [];
  private readonly scale: { steps: number; from: number; to: number };

  constructor(id: string, scale: { steps: number; from: number; to: number }) {
    this.path = element<SVGPathElement>(id);
    this.scale = scale;
  }

  add(step: number, value: number): void {
    const { steps, from, to } = this.scale;
    const x = (WIDTH * step) / steps;
    const y = HEIGHT * (1 - (Math.min(to, Math.max(from, value)) - from) / (to - from));
    this.points.push(`${x.toFixed(1)},${y.toFixed(1)}`);
    this.path.setAttribute('d', `M${this.points.join('L')}`);
  }
}

const questions = rng(7);

/** Four keys of 1..15 with values of 17..31, and one of the keys. */
function newQuestion(): Question {
  const [keys, values] = [questions.choice(15, 4), questions.choice(16, 4)];
  const pairs = Array.from(keys, (key, i) => [1 + key, 16 + values[i]] as const);
  return { pairs, key: pairs[questions.choice(4, 1)[0]][0] };
}

let lines: { loss: Line; recall: Line } | null = null;
let steps = 0;

const tell: { [K in Told['kind']]: (told: Extract<Told, { kind: K }>) => void } = {
  device({ label, parameters, steps: all }) {
    steps = all;
    lines = {
      loss: new Line('loss', { steps, from: 0, to: Math.log(32) }),
      recall: new Line('recall', { steps, from: 0, to: 1 }),
    };
    element('device').textContent = `${parameters.toLocaleString('en-US')} parameters on ${label}`;
  },
  step({ step, loss }) {
    lines?.loss.add(step, loss);
    element('now').textContent = `step ${step} of ${steps}, loss ${loss.toFixed(3)}`;
  },
  recall({ step, recall }) {
    lines?.recall.add(step, recall);
    element('score').textContent = `recall ${(100 * recall).toFixed(1)} % of fresh rows`;
  },
  trained({ recall, seconds }) {
    tell.recall({ kind: 'recall', step: steps, recall });
    element('now').textContent = `${steps} steps in ${seconds.toFixed(0)} s`;
    document.body.dataset.recall = String(recall);
    element<HTMLButtonElement>('ask').disabled = false;
    element<HTMLButtonElement>('ask').click();
  },
  answer({ question: { pairs, key }, answer }) {
    const right = pairs.find(([k]) => k === key)![1] === answer;
    const row = document.createElement('li');
    row.textContent = `${pairs.map(([k, v]) => `${k} is ${v}`).join(', ')}; ${key} is … ${answer} ${right ? '✓' : '✗'}`;
    row.className = right ? 'right' : 'wrong';
    element('answers').prepend(row);
  },
  failed({ message }) {
    element('now').textContent = message;
    document.body.dataset.failed = message;
  },
};

worker.addEventListener('message', ({ data }: MessageEvent<Told>) => tell[data.kind](data as never));
worker.addEventListener('error', ({ message }) => tell.failed({ kind: 'failed', message }));

element<HTMLButtonElement>('train').addEventListener('click', ({ currentTarget }) => {
  (currentTarget as HTMLButtonElement).disabled = true;
  element('now').textContent = 'compiling kernels';
  ask({ kind: 'train' });
});
element('ask').addEventListener('click', () => ask({ kind: 'ask', question: newQuestion() }));
