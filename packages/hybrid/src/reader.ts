// What a model is asked to compute: ids that were looked at, laid out, and put where it is.
import { type Sequences, sequencesOf } from '@twilljs/nn';
import { OptionError, Tensor } from '@twilljs/tensor';
import type { Home } from './home.ts';
import { hostIds, type IdKind, type Ids, successorsOf, upload } from './ids.ts';
import { announce } from './long.ts';
import type { LanguageModel } from './model.ts';
import type { Given } from './recordings.ts';
import { sayReference } from './reference.ts';
import { countsOf, type Placed, place, placeLabels, rangesOf, type Where } from './where.ts';

export class Reader {
  private readonly model: LanguageModel;
  private readonly home: Home;

  constructor(model: LanguageModel, home: Home) {
    this.model = model;
    this.home = home;
  }

  /** Ids or labels, where they are; of those of the host, what counts. */
  given(ids: Ids, what: IdKind['what'], inside?: Parameters<typeof hostIds>[2]): Given {
    this.home.requireAlive();
    const { device } = this.model;
    if (!this.home.isPlaced && device.name === 'cpu') sayReference();
    return ids instanceof Tensor ? upload(ids, this.kind(what), device) : hostIds(ids, this.kind(what), inside);
  }

  /** Ids laid out, for whose logits, or states, there is room. @param call for messages. */
  placed(call: string, ids: Ids, where: Where, room: 'logits' | 'states' = 'logits'): Placed {
    let ranges: Int32Array | null = null;
    const inside = (shape: readonly number[]) => {
      ranges = rangesOf(call, where, shape);
      return ranges;
    };
    const given = this.given(ids, 'ids', inside);
    if (given instanceof Tensor) inside(given.shape);
    const placed = place(given, where, ranges);
    announce(this.model, placed.ids.shape[0], placed.ids.shape[1], room);
    return placed;
  }

  /** Ids after which every sequence goes on. @throws OptionError for one without any. */
  following(call: string, ids: Ids, where: Where): Placed {
    const placed = this.placed(call, ids, where, 'states');
    const empty = countsOf(placed).indexOf(0);
    if (empty === -1) return placed;
    throw new OptionError(
      `${call}: sequence ${empty} has no id, so nothing follows it; give one or more, or model.forward, which passes it by.`,
    );
  }

  /** Ids and labels laid out alike. */
  asked(call: string, ids: Ids, labels: Ids | undefined, where: Where): [Placed, Given] {
    const placed = this.placed(call, ids, where);
    if (!labels) return [placed, successorsOf(placed.ids, this.kind('ids'), placed.ranges)];
    const ranges = placed.before?.ranges ?? placed.ranges;
    return [
      placed,
      placeLabels(
        this.given(labels, 'labels', () => ranges),
        placed,
      ),
    ];
  }

  /** What layers are told of sequences that lie in ranges. */
  at({ ids, ranges }: Placed): Sequences | undefined {
    if (!ranges) return undefined;
    const [B, T] = ids.shape;
    const { device } = this.model;
    const rotary = this.model.model.layers.map(({ attn }) => attn.rotary);
    return sequencesOf(device, { B, T, ranges, capacity: 0, rotary }); // nobody goes on from here
  }

  /** On the device. */
  tokens(ids: Given, what: IdKind['what'] = 'ids'): Tensor {
    return upload(ids, this.kind(what), this.model.device);
  }

  private kind(what: IdKind['what']): IdKind {
    return { what, vocabulary: this.model.config.model.vocab_size };
  }
}
