// What the delta rules have in common: the system that says what tokens really write, (I + beta M) Vn = beta (V - K S), where M is
// what a key reads of the earlier ones of its chunk.
// Uses: head-rows, pairs, sum-tokens.

var<workgroup> betas: array<f32, C>;
/// [C,C]: beta M, and its inverse with the identity.
var<workgroup> system: array<f32, 256>;
var<workgroup> solution: array<f32, 256>;

fn load_strengths(lane: u32, chunk: Chunk, head: u32) {
  if (lane < C) {
    var strength = 0.0;
    if (lane < chunk.length) { strength = beta[(chunk.begin + lane) * args.HV + head]; }
    betas[lane] = strength;
  }
  workgroupBarrier();
}

/// Keeps P and M of a chunk and (I + beta M)^-1, by substitution: lane j solves for column j.
fn keep_pairs(lane: u32, chunk: Chunk, head: u32) {
  var reads_of = array<f32, C>();
  var priors_of = array<f32, C>();
  pair_sums(lane, chunk, head, &reads_of, &priors_of);
  keep_reads(lane, chunk, head, &reads_of);
  sum_quarters(lane, &priors_of);
  let to = pair_index(chunk, head);
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

/// For the gradient: what tokens have written and dR, M, beta, and of dbeta what channels add to it.
const corrects = true;
var<private> beta_sums: array<f32, C>;

fn written_at(chunk: Chunk, head: u32, i: u32, column: u32) -> f32 {
  return written[kept_index(chunk, head, i, column)];
}

fn solved_at(chunk: Chunk, head: u32, i: u32, column: u32) -> f32 {
  return solved[kept_index(chunk, head, i, column)];
}

fn prior_at(chunk: Chunk, head: u32, i: u32, j: u32) -> f32 {
  return priors[pair_index(chunk, head) + i * C + j];
}

fn strength_of(i: u32) -> f32 {
  return betas[i];
}

fn add_betas(i: u32, value: f32) {
  beta_sums[i] += value;
}

fn write_betas(lane: u32, chunk: Chunk, head: u32) {
  sum_tokens(lane, &beta_sums);
  if (lane < chunk.length) { dbeta[(chunk.begin + lane) * args.HV + head] = token_sums[lane]; }
}

fn clear_beta(at: u32, head: u32) {
  dbeta[at * args.HV + head] = 0.0;
}

/// What a token writes, from its value and what the state holds at its key.
fn write_of(value: f32, held: f32) -> f32 {
  return betas[0] * (value - held);
}
