// What the delta rules have in common: the system that says what tokens really write, (I + beta M) Vn = beta (V - K S), where M is
// what a key reads of the earlier ones of its chunk.
// Uses: head-rows, pairs.

var<workgroup> betas: array<f32, C>;
/// [C,C]: beta M, and its inverse with the identity.
var<workgroup> system: array<f32, 256>;
var<workgroup> solution: array<f32, 256>;

fn load_betas(lane: u32, chunk: Chunk, head: u32) {
  if (lane < C) {
    var strength = 0.0;
    if (lane < chunk.length) { strength = beta[(chunk.begin + lane) * args.HV + head]; }
    betas[lane] = strength;
  }
  workgroupBarrier();
}

/// Where a matrix [C,C] of a chunk is kept [slots,HV,C,C].
fn pair_index(chunk: Chunk, head: u32) -> u32 {
  return (chunk.slot * args.HV + head) * C * C;
}

/// Keeps P and M of a chunk and (I + beta M)^-1, by substitution: lane j solves for column j.
fn keep_pairs(lane: u32, chunk: Chunk, head: u32) {
  var reads_of: array<f32, C>;
  var priors_of: array<f32, C>;
  pair_sums(lane, chunk, head, &reads_of, &priors_of);
  let to = pair_index(chunk, head);
  sum_quarters(lane, &reads_of);
  for (var e = lane; e < 256u; e += 64u) { reads[to + e] = quarters[e]; }
  workgroupBarrier();
  sum_quarters(lane, &priors_of);
  for (var e = lane; e < 256u; e += 64u) {
    system[e] = betas[e / C] * quarters[e];
    if (args.has_priors != 0u) { priors[to + e] = quarters[e]; }
  }
  workgroupBarrier();
  if (lane < C) {
    for (var i = 0u; i < C; i++) {
      var a = select(0.0, 1.0, i == lane);
      for (var m = lane; m < i; m++) { a -= system[i * C + m] * solution[m * C + lane]; }
      solution[i * C + lane] = a;
    }
  }
  workgroupBarrier();
  for (var e = lane; e < 256u; e += 64u) { inverse[to + e] = solution[e]; }
}
