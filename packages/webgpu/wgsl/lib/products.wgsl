// The products of a launch, by their number; `args` has them as rows0, columns0 and so on.

/// A product, into how many pieces its depth is cut, and where its matrices begin behind those of the first.
struct Part { rows: u32, columns: u32, depth: u32, splits: u32, a: u32, b: u32, c: u32 }

fn part_of(i: u32) -> Part {
  switch i {
    case 0u: { return Part(args.rows0, args.columns0, args.depth0, args.splits0, args.a0, args.b0, args.c0); }
    case 1u: { return Part(args.rows1, args.columns1, args.depth1, args.splits1, args.a1, args.b1, args.c1); }
    case 2u: { return Part(args.rows2, args.columns2, args.depth2, args.splits2, args.a2, args.b2, args.c2); }
    case 3u: { return Part(args.rows3, args.columns3, args.depth3, args.splits3, args.a3, args.b3, args.c3); }
    case 4u: { return Part(args.rows4, args.columns4, args.depth4, args.splits4, args.a4, args.b4, args.c4); }
    default: { return Part(args.rows5, args.columns5, args.depth5, args.splits5, args.a5, args.b5, args.c5); }
  }
}
