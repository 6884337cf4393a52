/**
 * Binary telemetry (docs/protocol.md): a header in JSON, then typed arrays laid over the received
 * bytes without copying. Everything is little-endian, as every machine with a browser is.
 */

export type NumberColumn = Float64Array | Int32Array | Uint32Array | Uint8Array;

export interface Column {
  readonly name: string;
  readonly type: "f64" | "i32" | "u32" | "u8" | "dict";
  readonly numbers: NumberColumn;
  /** Of a dict: what its numbers are indexes into. */
  readonly values: readonly unknown[];
}

/** Entities of one layer: with an `id` column new ones, without changes of known ones. */
export interface Batch {
  readonly layer: string;
  readonly count: number;
  readonly columns: readonly Column[];
}

export interface ColumnsFrame {
  readonly kind: "columns";
  readonly epoch: string;
  readonly seq: number;
  /** The frame that this connection had before; null: this one replaces all entities. */
  readonly prev: number | null;
  readonly city_time: string;
  readonly delay_ms: number | null;
  readonly remove: Readonly<Record<string, readonly number[]>>;
  readonly batches: readonly Batch[];
  /** The bytes that all columns lie in: handed from thread to thread without copying. */
  readonly buffer: ArrayBuffer;
}

/** A place that an entity does not have. */
export const NOWHERE = -(2 ** 31);
/** Neither true nor false. */
export const UNKNOWN = 255;

interface Described extends Omit<Column, "numbers" | "values"> {
  readonly offset: number;
  readonly values?: readonly unknown[];
}

const LENGTH_BYTES = 4;
const TEXT = new TextDecoder();

/** Reads a frame; null for whatever is none: the caller counts it. */
export function decodeColumns(buffer: ArrayBuffer): ColumnsFrame | null {
  try {
    const length = new DataView(buffer).getUint32(0, true);
    const header = JSON.parse(TEXT.decode(new Uint8Array(buffer, LENGTH_BYTES, length))) as ColumnsFrame;
    if ((header.kind as string) !== "columns") return null;
    const start = LENGTH_BYTES + length;
    const batches = header.batches.map((batch) => ({
      ...batch,
      columns: (batch.columns as unknown as Described[]).map(({ name, type, offset, values = [] }) => {
        return { name, type, values, numbers: numbers(type, buffer, start + offset, batch.count) };
      }),
    }));
    return { ...header, batches, buffer };
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError || error instanceof TypeError) return null;
    throw error;
  }
}

function numbers(type: Column["type"], buffer: ArrayBuffer, start: number, count: number): NumberColumn {
  switch (type) {
    case "f64":
      return new Float64Array(buffer, start, count);
    case "i32":
      return new Int32Array(buffer, start, count);
    case "u8":
      return new Uint8Array(buffer, start, count);
    case "u32":
    case "dict":
      return new Uint32Array(buffer, start, count);
  }
}

/** What a column says of its n-th entity: a number, a truth, a text or other JSON, or null. */
export function valueAt({ type, numbers, values }: Column, index: number): unknown {
  const number = numbers[index] ?? Number.NaN;
  if (type === "dict") return values[number] ?? null;
  if (type === "u8") return number === UNKNOWN ? null : number === 1;
  return Number.isNaN(number) ? null : number;
}
