// Eight columns of a state in workgroup memory, and its products with the rows of a chunk. Columns of a state never meet, so a
// workgroup of 64 lanes takes these eight through all chunks of a sequence.
// Uses: head-rows.

const block_columns = 8u;
const block_channels = 32u;

/// Channels that a block has room for: a multiple of 32, at least K.
override channels = 256u;

/// [K,2] in vec4f: columns 0 to 3 and 4 to 7.
var<workgroup> state_block: array<vec4f, 2u * channels>;
/// Up to 32 rows of 32 channels, transposed [32,33]: a word is left free so that lanes do not meet in a bank.
var<workgroup> block_rows: array<f32, 1056>;
/// Up to 32 rows of the eight columns [32,2].
var<workgroup> block_values: array<vec4f, 64>;

/// Columns first..first + 8 of a head of a sequence.
struct Block { sequence: u32, head: u32, index: u32, first: u32 }

fn block_of(unit: u32) -> Block {
  let blocks = (args.V + block_columns - 1u) / block_columns;
  let index = unit % blocks;
  return Block(unit / blocks / args.HV, unit / blocks % args.HV, index, index * block_columns);
}

/// acc + (a row of the tile) (the block), over `count` channels from the tile's `offset` on; the tile begins at channel `first`.
fn times_state(acc: vec4f, row: u32, half: u32, first: u32, offset: u32, count: u32) -> vec4f {
  var sum = acc;
  for (var i = offset; i < offset + count; i++) {
    sum += block_rows[i * 33u + row] * state_block[2u * (first + i) + half];
  }
  return sum;
}

/// For the tile's channel lane / 2: the state becomes kept times it, plus (the tile)' (block_values), over rows begin..end.
fn update_state(lane: u32, first: u32, kept: f32, begin: u32, end: u32) {
  let at = 2u * first + lane;
  var sum = kept * state_block[at];
  for (var row = begin; row < end; row++) {
    sum += block_rows[(lane >> 1u) * 33u + row] * block_values[2u * row + (lane & 1u)];
  }
  state_block[at] = sum;
}

/// Rows 0 to 15 of a tile.
fn take_end_keys(lane: u32, chunk: Chunk, head: u32, first: u32) {
  for (var e = lane; e < C * block_channels; e += 64u) {
    let channel = e % block_channels;
    let i = e / block_channels;
    block_rows[channel * 33u + i] = end_key(chunk, head, i, first + channel);
  }
}

fn take_start_keys(lane: u32, chunk: Chunk, head: u32, first: u32) {
  for (var e = lane; e < C * block_channels; e += 64u) {
    let channel = e % block_channels;
    let i = e / block_channels;
    block_rows[channel * 33u + i] = start_key(chunk, head, i, first + channel);
  }
}

/// Rows 16 to 31.
fn take_start_queries(lane: u32, chunk: Chunk, head: u32, first: u32) {
  for (var e = lane; e < C * block_channels; e += 64u) {
    let channel = e % block_channels;
    let i = e / block_channels;
    block_rows[channel * 33u + C + i] = start_query(chunk, head, i, first + channel);
  }
}

/// The sum of what lanes 0 to 31 and 32 to 63 have.
fn sum_halves(lane: u32, acc: vec4f) -> vec4f {
  block_values[lane] = acc;
  workgroupBarrier();
  let sum = acc + block_values[lane ^ 32u];
  workgroupBarrier();
  return sum;
}

/// (e^(G_C - G) K) (the block): token lane / 2 and half of the columns; lanes from 32 on take the other half of a tile's channels.
fn end_keys_times_state(lane: u32, chunk: Chunk, head: u32) -> vec4f {
  var acc = vec4f();
  for (var first = 0u; first < args.K; first += block_channels) {
    take_end_keys(lane, chunk, head, first);
    workgroupBarrier();
    acc = times_state(acc, (lane >> 1u) % C, lane & 1u, first, 16u * (lane >> 5u), 16u);
    workgroupBarrier();
  }
  return sum_halves(lane, acc);
}

/// (e^G Q) (the block), by the same lanes.
fn start_queries_times_state(lane: u32, chunk: Chunk, head: u32) -> vec4f {
  var acc = vec4f();
  for (var first = 0u; first < args.K; first += block_channels) {
    take_start_queries(lane, chunk, head, first);
    workgroupBarrier();
    acc = times_state(acc, C + (lane >> 1u) % C, lane & 1u, first, 16u * (lane >> 5u), 16u);
    workgroupBarrier();
  }
  return sum_halves(lane, acc);
}
