// Writes ONNX files: as much of the protocol buffers of onnx.proto as a graph of float tensors needs.

const varint = (n) => {
  const bytes = [];
  for (; n > 127; n = Math.floor(n / 128)) bytes.push((n % 128) + 128);
  return Uint8Array.from([...bytes, n]);
};
const joined = (parts) => Buffer.concat(parts.filter(Boolean));
const number = (field, n) => joined([varint(field * 8), varint(n)]);
const bytes = (field, data) => joined([varint(field * 8 + 2), varint(data.length), data]);
const text = (field, value) => bytes(field, Buffer.from(value));

/** Numbers of onnx.TensorProto.DataType. */
const types = new Map([
  [Float32Array, 1],
  [BigInt64Array, 7],
]);

const tensor = (name, { data, shape }) =>
  joined([
    ...shape.map((n) => number(1, n)),
    number(2, types.get(data.constructor)),
    text(8, name),
    bytes(9, Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  ]);

const valueInfo = (name, type, shape) => {
  const dimensions = joined(shape.map((n) => bytes(1, number(1, n))));
  return joined([text(1, name), bytes(2, bytes(1, joined([number(1, type), bytes(2, dimensions)])))]);
};

/** Whole numbers and lists of them are all that is needed; -1 as a number of 64 bits. */
const attribute = (name, value) => {
  const whole = (n) => (n < 0 ? joined([Uint8Array.from([256 + n, ...Array(8).fill(255), 1])]) : varint(n));
  const values = [value].flat().map((n) => joined([varint((Array.isArray(value) ? 8 : 3) * 8), whole(n)]));
  return joined([text(1, name), ...values, number(20, Array.isArray(value) ? 7 : 2)]);
};

/** A graph that grows node by node; every value has a name. */
export class Graph {
  #nodes = [];
  #tensors = [];
  #count = 0;

  constant(data, shape) {
    const name = `c${this.#count++}`;
    this.#tensors.push(bytes(5, tensor(name, { data, shape })));
    return name;
  }

  scalar(x) {
    return this.constant(Float32Array.of(x), []);
  }

  whole(...numbers) {
    return this.constant(BigInt64Array.from(numbers, BigInt), [numbers.length]);
  }

  /** @returns the name of its output. */
  node(type, inputs, attributes = {}) {
    const name = `v${this.#count++}`;
    const given = Object.entries(attributes).map(([key, value]) => bytes(5, attribute(key, value)));
    this.#nodes.push(bytes(1, joined([...inputs.map((i) => text(1, i)), text(2, name), text(4, type), ...given])));
    return name;
  }

  /** @returns the bytes of the file, of a graph with one input of i64 and one output of f32. */
  file(input, inputShape, output, outputShape) {
    const graph = joined([
      ...this.#nodes,
      text(2, 'model'),
      ...this.#tensors,
      bytes(11, valueInfo(input, 7, inputShape)),
      bytes(12, valueInfo(output, 1, outputShape)),
    ]);
    return joined([number(1, 10), bytes(8, joined([text(1, ''), number(2, 18)])), bytes(7, graph)]);
  }
}
