// What of a WGSL file reaches the page.
import { expect, it } from 'vitest';
import { moduleText } from './wgsl.ts';

const entry = 'packages/nn/wgsl/scale.wgsl';
const file = `
struct Args {
  units: u32,
  n: u32,
}
@group(0) @binding(0) var<storage, read_write> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

fn unreached(a: f32) -> f32 {
  return a;
}

@compute @workgroup_size(64)
fn forward(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x; // a comment
  if (i < args.n) { y[i] = 1.0 - -x[i] * 2.0; }
  else { y[i] = 0.0; }
}
`;

it('has no comments, no unused functions, and no spaces but those that separate words or operators', () => {
  const text = /text: (".*"),\n/.exec(moduleText('nn', 'scale', new Map([[entry, file]]), '@twilljs/webgpu'))![1];
  expect(JSON.parse(text).split('\n')).toEqual([
    '@compute@workgroup_size(64)',
    'fn forward(@builtin(global_invocation_id)id:vec3u){',
    'let i=id.x;',
    'if(i<args.n){store_y(i,1.0- -load_x(i)*2.0);}',
    'else{store_y(i,0.0);}',
    '}',
  ]);
});
