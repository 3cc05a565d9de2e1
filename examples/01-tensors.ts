// Tensors: contiguous arrays on a device. Nothing waits but `data()` and `item()`.
import { cpu, device, ones, tensor } from 'twilljs';

const x = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
console.log(x.shape); // => [2, 3]
console.log(x.device.name); // => 'cpu'

// Element by element, with broadcasting; over an axis; as a matrix.
console.log(Array.from(await x.mul(2).add(1).data())); // => [3, 5, 7, 9, 11, 13]
console.log(Array.from(await x.sum(0).data())); // => [5, 7, 9]
console.log(Array.from(await x.matmul(x, { transposeB: true }).data())); // => [14, 32, 32, 77]

// A reshape is a view of the same numbers; -1 stands for what is left.
console.log(x.reshape([3, -1]).shape); // => [3, 2]

// The fast device. Inputs of an op must be on the same one.
const fast = await device();
console.log(fast.name); // => 'wasm'
const y = await x.to(fast);
const z = y.mul(await ones([2, 3]).to(fast));
console.log(await z.sum().item()); // => 21

// The reference in double precision, to tell rounding from mistakes.
const exact = cpu({ float: 'f64' });
console.log(await tensor([0.1, 0.2], [2], { device: exact }).sum().item()); // => 0.30000000000000004
