// The middle axis of [outer, n, inner] in blocks of args.length, for workgroups of 64 lanes. A unit is one block of args.parts outer
// indices, or of a part of args.width columns of one. Its lanes are `parts` times args.rows rows of `width` columns: neighbours read
// neighbours. src/panels.ts chooses the numbers.

struct Panel {
  o: u32,
  block: u32,
  row: u32,
  column: u32,
  own: bool, // whether there is something for this lane
}

fn panel_of(unit: u32, lane: u32) -> Panel {
  let across = (args.inner + args.width - 1u) / args.width;
  let o = unit / across / args.blocks * args.parts + lane / args.width / args.rows;
  let column = unit % across * args.width + lane % args.width;
  let own = lane < args.parts * args.rows * args.width && o < args.outer && column < args.inner;
  return Panel(o, unit / across % args.blocks, lane / args.width % args.rows, column, own);
}
