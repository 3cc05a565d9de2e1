// Sums over the lanes of a workgroup, one for each token of a chunk.
// Uses: sequences.

var<workgroup> token_parts: array<f32, 1024>;
var<workgroup> token_sums: array<f32, C>;

/// token_sums_i = the sum over lanes of values_i, in a fixed order; the values are 0 afterwards.
fn sum_tokens(lane: u32, values: ptr<private, array<f32, C>>) {
  workgroupBarrier();
  for (var i = 0u; i < C; i++) {
    token_parts[i * 64u + lane] = (*values)[i];
    (*values)[i] = 0.0;
  }
  workgroupBarrier();
  if (lane < C) {
    var sum = 0.0;
    // Lanes begin at different places, so that they do not meet in a bank.
    for (var other = 0u; other < 64u; other++) { sum += token_parts[lane * 64u + (other + lane) % 64u]; }
    token_sums[lane] = sum;
  }
  workgroupBarrier();
}
