// Gradients of a chunk once those of all states are known. A lane has one key channel. Where nothing is corrected, Vn is V, and there is
// no R and no M.
// Uses: head-rows.

const value_columns = 16u;

/// Columns of dO, Vn and dR [16,C], tokens in vec4f.
var<workgroup> dy_columns: array<vec4f, 64>;
var<workgroup> written_columns: array<vec4f, 64>;
var<workgroup> solved_columns: array<vec4f, 64>;
/// dP = dO Vn', dM = -beta dR Vn', below the diagonal and dP on it [C,C].
var<workgroup> dreads: array<f32, 256>;
var<workgroup> dpriors: array<f32, 256>;

fn load_columns(lane: u32, chunk: Chunk, head: u32, first: u32) {
  let column = first + lane % value_columns;
  let four = lane / value_columns;
  var dy_of = vec4f();
  var written_of = vec4f();
  var solved_of = vec4f();
  for (var part = 0u; part < 4u; part++) {
    let i = 4u * four + part;
    if (i < chunk.length && column < args.V) {
      dy_of[part] = dy[value_index(chunk, head, i, column)];
      written_of[part] = written_at(chunk, head, i, column);
      if (corrects) { solved_of[part] = solved_at(chunk, head, i, column); }
    }
  }
  workgroupBarrier();
  let at = 4u * (lane % value_columns) + four;
  dy_columns[at] = dy_of;
  written_columns[at] = written_of;
  solved_columns[at] = solved_of;
  workgroupBarrier();
}

/// dP and dM; of dbeta what no channel has a part in: <dR_i, V_i> + sum over j of dX_ij M_ij with dM = beta dX.
fn pair_gradients(lane: u32, chunk: Chunk, head: u32) {
  let j = lane % C;
  let four = lane / C;
  var dread = vec4f();
  var dprior = vec4f();
  for (var first = 0u; first < args.V; first += value_columns) {
    load_columns(lane, chunk, head, first);
    for (var column = 0u; column < value_columns; column++) {
      let value = written_columns[4u * column + (j >> 2u)][j & 3u];
      dread += value * dy_columns[4u * column + four];
      if (corrects) { dprior -= value * solved_columns[4u * column + four]; }
    }
    for (var part = 0u; part < 4u; part++) {
      let i = 4u * four + part;
      if (corrects) { add_betas(i, solved_columns[4u * j + four][part] * value_at(chunk, head, i, first + j)); }
    }
  }
  for (var part = 0u; part < 4u; part++) {
    let i = 4u * four + part;
    dreads[i * C + j] = select(0.0, dread[part], i >= j);
    if (corrects && i > j) { add_betas(i, dprior[part] * prior_at(chunk, head, i, j)); }
    if (corrects) { dpriors[i * C + j] = select(0.0, strength_of(i) * dprior[part], i > j); }
  }
}

/// Sums over columns for one channel of the state, by token: S dO, dS Vn, S dR.
struct Products { read: array<vec4f, 4>, wrote: array<vec4f, 4>, solved: array<vec4f, 4>, both: f32 }

fn products_of(lane: u32, chunk: Chunk, head: u32, channel: u32) -> Products {
  var sums = Products();
  for (var first = 0u; first < args.V; first += value_columns) {
    load_columns(lane, chunk, head, first);
    if (channel < args.K) {
      for (var column = 0u; column < min(value_columns, args.V - first); column++) {
        let at = chunk_state(chunk, head, channel, first + column);
        let entering = states[at];
        let leaving = dstates[at];
        sums.both += entering * leaving;
        for (var four = 0u; four < 4u; four++) {
          sums.read[four] += entering * dy_columns[4u * column + four];
          sums.wrote[four] += leaving * written_columns[4u * column + four];
          if (corrects) { sums.solved[four] += entering * solved_columns[4u * column + four]; }
        }
      }
    }
  }
  return sums;
}

/// Gradients of a channel of a chunk's tokens.
struct Channel { to_query: array<f32, C>, to_key: array<f32, C>, to_gate: array<f32, C> }

fn channel_gradients(chunk: Chunk, head: u32, channel: u32, sums: ptr<function, Products>) -> Channel {
  var add = Channel();
  var query = array<f32, C>();
  var key = array<f32, C>();
  var written_behind = array<f32, C>();
  var run = 0.0;
  // Through the state on entry: a gate has part in all that its own and later tokens take from there.
  for (var back = 0u; back < C; back++) {
    let i = C - 1u - back;
    query[i] = query_at(chunk, head, i, channel);
    key[i] = key_at(chunk, head, i, channel);
    let read = start_of(i) * (*sums).read[i >> 2u][i & 3u];
    let wrote = end_of(i) * (*sums).wrote[i >> 2u][i & 3u];
    add.to_query[i] = read;
    add.to_key[i] = wrote;
    run += read * query[i];
    if (corrects) {
      let held = start_of(i) * (*sums).solved[i >> 2u][i & 3u];
      add.to_key[i] -= strength_of(i) * held;
      run -= strength_of(i) * held * key[i];
      add_betas(i, -held * key[i]);
    }
    add.to_gate[i] = run;
    written_behind[i] = wrote * key[i];
  }
  // Through the state on leaving: in what earlier tokens have written, and in what was there.
  run = start_of(C - 1u) * (*sums).both;
  for (var i = 0u; i < C; i++) {
    add.to_gate[i] += run;
    run += written_behind[i];
  }
  // Between tokens j < i.
  for (var j = 0u; j < C; j++) {
    var left = 1.0;
    var flow = array<f32, C>();
    for (var i = j; i < C; i++) {
      if (i > j) { left *= left_of(i); }
      let dread = dreads[i * C + j];
      add.to_query[i] += dread * left * key[j];
      flow[i] = left * dread * query[i];
      if (corrects) {
        let dprior = dpriors[i * C + j];
        add.to_key[i] += dprior * left * key[j];
        flow[i] += left * dprior * key[i];
      }
      add.to_key[j] += flow[i];
    }
    run = 0.0;
    for (var i = C - 1u; i > j; i--) {
      run += flow[i] * key[j];
      add.to_gate[i] += run;
    }
  }
  return add;
}

/// dq and dk of a channel; the first of the value heads that share a key head writes, the others add.
fn write_channel(chunk: Chunk, head: u32, channel: u32, add: ptr<function, Channel>) {
  let adds = head % (args.HV / args.H) > 0u;
  for (var i = 0u; i < chunk.length; i++) {
    let at = key_index(chunk, head, i, channel);
    let query = args.scale * (*add).to_query[i];
    if (adds) {
      dq[at] += query;
      dk[at] += (*add).to_key[i];
    } else {
      dq[at] = query;
      dk[at] = (*add).to_key[i];
    }
  }
}
