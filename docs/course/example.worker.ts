// Runs one program of examples/ in a page, and tells what it prints. Those that read and write files run in Node alone.
const examples = import.meta.glob('../../examples/{01,02,03,04,05,06,07,10,14,15,19}-*.ts');

export type Told =
  | { readonly kind: 'printed'; readonly line: string }
  | { readonly kind: 'done'; readonly seconds: number }
  | { readonly kind: 'failed'; readonly message: string };

const tell = (told: Told) => postMessage(told);

/** A value as a console shows it, more or less. */
function shown(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
}

console.log = (...values: unknown[]) => tell({ kind: 'printed', line: values.map(shown).join(' ') });

addEventListener('message', async ({ data: name }: MessageEvent<string>) => {
  const began = performance.now();
  try {
    await examples[`../../examples/${name}.ts`]();
    tell({ kind: 'done', seconds: (performance.now() - began) / 1000 });
  } catch (error) {
    tell({ kind: 'failed', message: (error as Error).message });
  }
});
