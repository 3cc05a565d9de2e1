// Start-up as a user has it: plain Node, the packages as they are built. Prints one JSON line and ends.
const start = performance.now();
const { hybrid, initializer, mixers, Trainer, rng } = await import('twilljs');
const imported = performance.now();
const size = { hidden_size: 128, num_hidden_layers: 4, intermediate_size: 384, vocab_size: 256 };
const config = { model_type: 'transformer', num_heads: 4, ...size };
const model = await hybrid(config, { mixers, init: initializer(1, 0.02) }).to();
const ready = performance.now();
const trainer = new Trainer(model, { steps: 10, lr: 1e-3 });
const [B, T] = [8, 128];
const ids = rng(1).ints(B * T, 256);
const { loss } = await trainer.train({ inputs: ids, labels: ids, B, T });
const done = performance.now();
if (!(loss > 0)) throw new Error(`first step: the loss is ${loss}.`);
console.log(
  JSON.stringify({
    seconds: (done - start) / 1000,
    imported: (imported - start) / 1000,
    ready: (ready - start) / 1000,
    process: done / 1000,
  }),
);
process.exit(0);
