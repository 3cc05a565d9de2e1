// Products of matrices C = A B, A [rows,depth], B [depth,columns], row-major or transposed: up to six in one launch, each C its own or
// all of them summed in one; equal ones in a batch. Sums run over the depth in order. Of few rows A may be formed on the way: see `formed_a`.
// Uses: units, bf16, products, exp.

struct Args {
  units: u32, parts: u32, batch: u32, summed: u32, onto: u32, transpose_a: u32, transpose_b: u32, half_b: u32,
  form: u32, eps: f32,
  rows0: u32, columns0: u32, depth0: u32, splits0: u32, a0: u32, b0: u32, c0: u32,
  rows1: u32, columns1: u32, depth1: u32, splits1: u32, a1: u32, b1: u32, c1: u32,
  rows2: u32, columns2: u32, depth2: u32, splits2: u32, a2: u32, b2: u32, c2: u32,
  rows3: u32, columns3: u32, depth3: u32, splits3: u32, a3: u32, b3: u32, c3: u32,
  rows4: u32, columns4: u32, depth4: u32, splits4: u32, a4: u32, b4: u32, c4: u32,
  rows5: u32, columns5: u32, depth5: u32, splits5: u32, a5: u32, b5: u32, c5: u32,
}
@group(0) @binding(0) var<uniform> args: Args;
@group(0) @binding(1) var<storage, read_write> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> b: array<u32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
@group(0) @binding(4) var<storage, read_write> other: array<f32>; // [rows,depth]
@group(0) @binding(5) var<storage, read_write> scale: array<f32>; // [depth]
@group(0) @binding(6) var<storage, read_write> sum: array<f32>;   // [rows,depth]

/// Element i of B, which may be stored in bf16.
fn number_b(i: u32) -> f32 {
  let word = b[i >> args.half_b];
  return bitcast<f32>(select(word, half_of(word, i), args.half_b == 1u));
}

/// Edge of the square of C that a workgroup forms: 64, by 64 invocations, or 128, by 256. Each forms 8 x 8 elements that lie an eighth of
/// the edge apart, from pieces of A and B of a depth of an eighth of the edge.
override edge: u32 = 64u;

/// Of the piece of A by depth k: element [k,g] holds the rows g, g + edge/4, g + edge/2 and g + 3/4 edge, at g xor (k mod 8), so that
/// neighbours in either direction lie in different banks. Of B the same with columns.
var<workgroup> piece_a: array<vec4f, edge * edge / 32u>;
var<workgroup> piece_b: array<vec4f, edge * edge / 32u>;

fn place(k: u32, g: u32) -> u32 {
  return k * (edge / 4u) + (g ^ (k & 7u));
}

/// [k,g] of the n-th of the elements that a lane brings: neighbouring lanes follow each other in memory.
fn brought(lane: u32, n: u32, along_depth: bool) -> vec2u {
  let i = lane + n * (edge * edge / 64u);
  return select(vec2u(i / (edge / 4u), i % (edge / 4u)), vec2u(i % (edge / 8u), i / (edge / 8u)), along_depth);
}

/// Rows of A from `row`, at depth k; 0 outside of `rows` and `end`.
fn quad_a(part: Part, first: u32, row: u32, k: u32, end: u32) -> vec4f {
  let r = row + vec4u(0u, edge / 4u, edge / 2u, edge / 4u * 3u);
  let inside = (r < vec4u(part.rows)) & vec4<bool>(k < end);
  let at = first + select(vec4u(), select(r * part.depth + k, k * part.rows + r, args.transpose_a == 1u), inside);
  return select(vec4f(), vec4f(a[at.x], a[at.y], a[at.z], a[at.w]), inside);
}

/// Columns of B from `column`, at depth k.
fn quad_b(part: Part, first: u32, column: u32, k: u32, end: u32) -> vec4f {
  let n = column + vec4u(0u, edge / 4u, edge / 2u, edge / 4u * 3u);
  let inside = (n < vec4u(part.columns)) & vec4<bool>(k < end);
  let at = first + select(vec4u(), select(k * part.columns + n, n * part.depth + k, args.transpose_b == 1u), inside);
  return select(vec4f(), vec4f(number_b(at.x), number_b(at.y), number_b(at.z), number_b(at.w)), inside);
}

/// Adds to an element of C, or writes it.
fn put(part: Part, first: u32, row: u32, column: u32, value: f32) {
  if (row >= part.rows || column >= part.columns) { return; }
  let at = first + row * part.columns + column;
  var before = 0.0;
  if (args.onto == 1u) { before = c[at]; }
  c[at] = before + value;
}

fn squares_of(part: Part) -> u32 {
  return ((part.rows + edge - 1u) / edge) * ((part.columns + edge - 1u) / edge);
}

/// A workgroup: a square of one C, in one matrix of the batch or from one piece of the depth, each into a C of its own.
@compute @workgroup_size(edge * edge / 64u)
fn product(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  var unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  var from_part = 0u;
  var part = part_of(0u);
  while (unit >= squares_of(part) * part.splits * args.batch) {
    unit -= squares_of(part) * part.splits * args.batch;
    from_part++;
    part = part_of(from_part);
  }
  let squares = squares_of(part);
  let down = (part.rows + edge - 1u) / edge;
  let to_part = select(from_part + 1u, args.parts, args.summed == 1u);
  let plane = unit / squares;
  let row = unit % squares % down * edge;
  let column = unit % squares / down * edge;
  let matrix = plane / part.splits;
  let split = plane % part.splits;
  let tx = lane % (edge / 8u);
  let ty = lane / (edge / 8u);
  let a_0 = brought(lane, 0u, args.transpose_a == 0u);
  let a_1 = brought(lane, 1u, args.transpose_a == 0u);
  let b_0 = brought(lane, 0u, args.transpose_b == 1u);
  let b_1 = brought(lane, 1u, args.transpose_b == 1u);
  // Row i of eight, columns 2 j and 2 j + 1 of eight in component j of sums[2 i] and sums[2 i + 1].
  var sums = array<vec4f, 16>();
  for (var p = from_part; p < to_part; p++) {
    let own = part_of(p);
    let first_a = own.a + matrix * own.rows * own.depth;
    let first_b = own.b + matrix * own.depth * own.columns;
    // A multiple of what is brought at a time; the last piece may be shorter or empty.
    let piece = (own.depth + 16u * part.splits - 1u) / (16u * part.splits) * 16u;
    let start = min(own.depth, split * piece);
    let end = min(own.depth, start + piece);
    for (var k0 = start; ; k0 += edge / 8u) {
      // The next piece is on its way while the one before is multiplied.
      let next_a0 = quad_a(own, first_a, row + a_0.y, k0 + a_0.x, end);
      let next_a1 = quad_a(own, first_a, row + a_1.y, k0 + a_1.x, end);
      let next_b0 = quad_b(own, first_b, column + b_0.y, k0 + b_0.x, end);
      let next_b1 = quad_b(own, first_b, column + b_1.y, k0 + b_1.x, end);
      for (var k = 0u; k < edge / 8u && k0 > start; k++) {
        let x0 = piece_a[place(k, ty)];
        let x1 = piece_a[place(k, ty + edge / 8u)];
        let y0 = piece_b[place(k, tx)];
        let y1 = piece_b[place(k, tx + edge / 8u)];
        sums[0] += x0.x * y0;
        sums[1] += x0.x * y1;
        sums[2] += x1.x * y0;
        sums[3] += x1.x * y1;
        sums[4] += x0.y * y0;
        sums[5] += x0.y * y1;
        sums[6] += x1.y * y0;
        sums[7] += x1.y * y1;
        sums[8] += x0.z * y0;
        sums[9] += x0.z * y1;
        sums[10] += x1.z * y0;
        sums[11] += x1.z * y1;
        sums[12] += x0.w * y0;
        sums[13] += x0.w * y1;
        sums[14] += x1.w * y0;
        sums[15] += x1.w * y1;
      }
      if (k0 >= end) { break; }
      workgroupBarrier();
      piece_a[place(a_0.x, a_0.y)] = next_a0;
      piece_a[place(a_1.x, a_1.y)] = next_a1;
      piece_b[place(b_0.x, b_0.y)] = next_b0;
      piece_b[place(b_1.x, b_1.y)] = next_b1;
      workgroupBarrier();
    }
  }
  let first = part.c + plane * part.rows * part.columns;
  for (var i = 0u; i < 8u; i++) {
    let y = row + ty + i * (edge / 8u);
    put(part, first, y, column + tx, sums[2u * i].x);
    put(part, first, y, column + tx + edge / 8u, sums[2u * i + 1u].x);
    put(part, first, y, column + tx + edge / 8u * 2u, sums[2u * i].y);
    put(part, first, y, column + tx + edge / 8u * 3u, sums[2u * i + 1u].y);
    put(part, first, y, column + tx + edge / 8u * 4u, sums[2u * i].z);
    put(part, first, y, column + tx + edge / 8u * 5u, sums[2u * i + 1u].z);
    put(part, first, y, column + tx + edge / 8u * 6u, sums[2u * i].w);
    put(part, first, y, column + tx + edge / 8u * 7u, sums[2u * i + 1u].w);
  }
}

/// Four elements of a column of B along the depth, from k, sixteen apart; 0 outside.
fn along_b(part: Part, first: u32, column: u32, k: u32) -> vec4f {
  let ks = k + vec4u(0u, 16u, 32u, 48u);
  let inside = ks < vec4u(part.depth);
  let at = first + select(vec4u(), column * part.depth + ks, inside);
  return select(vec4f(), vec4f(number_b(at.x), number_b(at.y), number_b(at.z), number_b(at.w)), inside);
}

/// The same of a row of A.
fn along_a(part: Part, first: u32, row: u32, k: u32) -> vec4f {
  let ks = k + vec4u(0u, 16u, 32u, 48u);
  let inside = ks < vec4u(part.depth);
  let at = first + select(vec4u(), select(row * part.depth + ks, ks * part.rows + row, args.transpose_a == 1u), inside);
  return select(vec4f(), vec4f(a[at.x], a[at.y], a[at.z], a[at.w]), inside);
}

const PLAIN = 0u;
const NORMED = 2u;

/// The same of what a row of A is made into: A itself; silu(A) times `other`; or its sum with `other`, still to be divided by its length.
fn formed_a(part: Part, first: u32, row: u32, k: u32) -> vec4f {
  let v = along_a(part, first, row, k);
  if (args.form == PLAIN) { return v; }
  let ks = k + vec4u(0u, 16u, 32u, 48u);
  let inside = ks < vec4u(part.depth);
  let at = select(vec4u(), row * part.depth + ks, inside);
  let w = select(vec4f(), vec4f(other[at.x], other[at.y], other[at.z], other[at.w]), inside);
  if (args.form == NORMED) { return v + w; }
  return v * vec4f(sigmoid(v.x), sigmoid(v.y), sigmoid(v.z), sigmoid(v.w)) * w;
}

/// The same of `scale`.
fn along_scale(part: Part, k: u32) -> vec4f {
  let ks = min(k + vec4u(0u, 16u, 32u, 48u), vec4u(part.depth - 1u));
  return vec4f(scale[ks.x], scale[ks.y], scale[ks.z], scale[ks.w]);
}

fn keep_sum(part: Part, row: u32, k: u32, v: vec4f) {
  for (var i = 0u; i < 4u && k + 16u * i < part.depth; i++) { sum[row * part.depth + k + 16u * i] = v[i]; }
}

var<workgroup> shares: array<vec4f, 64>;

/// Sums over the sixteen lanes of a column, in the first of them.
fn share(lane: u32, value: vec4f) {
  shares[lane] = value;
  workgroupBarrier();
  for (var half = 8u; half > 0u; half >>= 1u) {
    if ((lane & 15u) < half) { shares[lane] += shares[lane + half]; }
    workgroupBarrier();
  }
}

/// Where there are up to four rows and B is transposed, as in decoding. A workgroup: four columns of one C, sixteen lanes for each,
/// neighbours along the depth. What is normed is x = A + other, which goes to `sum`: c = sum of (x scale) b / sqrt(mean(x^2) + eps).
@compute @workgroup_size(64)
fn few(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  var unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  let keeps = args.form == NORMED && unit == 0u && lane < 16u;
  var from_part = 0u;
  var part = part_of(0u);
  while (unit >= (part.columns + 3u) / 4u * args.batch) {
    unit -= (part.columns + 3u) / 4u * args.batch;
    from_part++;
    part = part_of(from_part);
  }
  let matrix = unit / ((part.columns + 3u) / 4u);
  let column = unit % ((part.columns + 3u) / 4u) * 4u + lane / 16u;
  let first_a = part.a + matrix * part.rows * part.depth;
  let first_b = part.b + matrix * part.depth * part.columns;
  // Of each row.
  var sums = vec4f();
  var squares = vec4f();
  if (column < part.columns) {
    for (var k = lane & 15u; k < part.depth; k += 64u) {
      var y = along_b(part, first_b, column, k);
      if (args.form == NORMED) { y *= along_scale(part, k); }
      let x0 = formed_a(part, first_a, 0u, k);
      sums.x += dot(x0, y);
      squares.x += dot(x0, x0);
      if (keeps) { keep_sum(part, 0u, k, x0); }
      if (part.rows > 1u) {
        let x1 = formed_a(part, first_a, 1u, k);
        sums.y += dot(x1, y);
        squares.y += dot(x1, x1);
        if (keeps) { keep_sum(part, 1u, k, x1); }
      }
      if (part.rows > 2u) {
        let x2 = formed_a(part, first_a, 2u, k);
        sums.z += dot(x2, y);
        squares.z += dot(x2, x2);
        if (keeps) { keep_sum(part, 2u, k, x2); }
      }
      if (part.rows > 3u) {
        let x3 = formed_a(part, first_a, 3u, k);
        sums.w += dot(x3, y);
        squares.w += dot(x3, x3);
        if (keeps) { keep_sum(part, 3u, k, x3); }
      }
    }
  }
  // The first four of the sixteen lanes write a row each.
  let row = lane & 15u;
  var rstd = 1.0;
  if (args.form == NORMED) {
    share(lane, squares);
    if (row < 4u) { rstd = 1.0 / sqrt(shares[lane - row][row] / f32(part.depth) + args.eps); }
    workgroupBarrier();
  }
  share(lane, sums);
  if (row < part.rows && column < part.columns) {
    c[part.c + (matrix * part.rows + row) * part.columns + column] = shares[lane - row][row] * rstd;
  }
}

/// C of the pieces of the depth, one after the other. They lie where A was. A workgroup: 256 elements of one C.
@compute @workgroup_size(64)
fn gather(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  var unit = unit_of(group, groups);
  if (unit >= args.units) { return; }
  var from_part = 0u;
  var part = part_of(0u);
  while (unit >= (part.rows * part.columns + 255u) / 256u) {
    unit -= (part.rows * part.columns + 255u) / 256u;
    from_part++;
    part = part_of(from_part);
  }
  let n = part.rows * part.columns;
  for (var i = 256u * unit + lane; i < min(n, 256u * (unit + 1u)); i += 64u) {
    var total = a[part.a + i];
    for (var split = 1u; split < part.splits; split++) { total += a[part.a + split * n + i]; }
    c[part.c + i] = total;
  }
}
