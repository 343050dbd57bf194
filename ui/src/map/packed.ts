/**
 * The world in a file: small, and quick to read. Pure.
 *
 * A text of four bytes of length and JSON, with names and how many points each shape has; then the points, each as its
 * way from the one before, on a grid of 2²⁴ by 2²⁴ (two metres), zigzag and in sevens of bits.
 */
import type { Label } from './labels';
// With its ending, for whoever builds without a bundler.
import { shapeOf, type Shape } from './shapes.ts';

/** One degree of detail of the world. */
export interface Atlas {
  land: readonly Shape[];
  borders: readonly Shape[];
  /** The largest country first. */
  labels: readonly Label[];
}

interface Head {
  land: number[];
  borders: number[];
  labels: Label[];
}

const GRID = 2 ** 24;

export function pack({ land, borders, labels }: Atlas): Uint8Array {
  const counts = (shapes: readonly Shape[]) => shapes.map(({ points }) => points.length / 2);
  const head: Head = { land: counts(land), borders: counts(borders), labels: [...labels] };
  const text = new TextEncoder().encode(JSON.stringify(head));
  const bytes: number[] = [];
  for (const { points } of [...land, ...borders]) {
    let [x, y] = [0, 0];
    for (let i = 0; i < points.length; i += 2) {
      const [nextX, nextY] = [
        Math.round((points[i] as number) * GRID),
        Math.round((points[i + 1] as number) * GRID),
      ];
      write(bytes, nextX - x);
      write(bytes, nextY - y);
      [x, y] = [nextX, nextY];
    }
  }
  const packed = new Uint8Array(4 + text.length + bytes.length);
  new DataView(packed.buffer).setUint32(0, text.length);
  packed.set(text, 4);
  packed.set(bytes, 4 + text.length);
  return packed;
}

/** Reads a world; `pause` is awaited after each shape, so that whoever else has work can do it. */
export async function unpack(packed: Uint8Array, pause: () => Promise<void> | void): Promise<Atlas> {
  const length = new DataView(packed.buffer, packed.byteOffset).getUint32(0);
  const head = JSON.parse(new TextDecoder().decode(packed.subarray(4, 4 + length))) as Head;
  const reader = new Reader(packed, 4 + length);
  const read = async (counts: readonly number[]) => {
    const shapes: Shape[] = [];
    for (const count of counts) {
      shapes.push(reader.shape(count));
      const wait = pause();
      if (wait) await wait;
    }
    return shapes;
  };
  return { land: await read(head.land), borders: await read(head.borders), labels: head.labels };
}

class Reader {
  private readonly bytes: Uint8Array;
  private at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  shape(count: number): Shape {
    const points = new Float64Array(count * 2);
    let [x, y] = [0, 0];
    for (let i = 0; i < points.length; i += 2) {
      x += this.number();
      y += this.number();
      points[i] = x / GRID;
      points[i + 1] = y / GRID;
    }
    return shapeOf(points);
  }

  private number(): number {
    let value = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = this.bytes[this.at++] ?? 0;
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    return (value >>> 1) ^ -(value & 1);
  }
}

function write(bytes: number[], value: number): void {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
}
