import { describe, expect, it } from "vitest";
import { colourNumber, Pixels, type Sprite } from "../../src/map/pixels";

/** What happy-dom lacks: pixels to write to. */
globalThis.ImageData = class {
  readonly data: Uint8ClampedArray;
  constructor(
    readonly width: number,
    readonly height: number,
  ) {
    this.data = new Uint8ClampedArray(width * height * 4);
  }
} as unknown as typeof ImageData;

function shownBy(pixels: Pixels): number[] {
  let shown: number[] = [];
  const context = { putImageData: (image: ImageData) => (shown = [...new Uint32Array(image.data.buffer)]) };
  pixels.show(context as unknown as CanvasRenderingContext2D);
  return shown;
}

const RED = colourNumber("#ff0000");
const sprite = (pixels: number[]): Sprite => ({ width: 2, height: 1, pixels: Uint32Array.from(pixels), left: -1, top: 0 });

describe("pixels", () => {
  it("are bytes of red, green, blue and opacity", () => {
    expect(colourNumber("#0B1220")).toBe(0xff20120b);
    expect(colourNumber("#ffffff", 0.5) >>> 24).toBe(128);
  });

  it("are stamped where the point is, and what hangs over the edge is cut", () => {
    const pixels = new Pixels();
    pixels.begin(3, 1);
    pixels.stamp(sprite([RED, RED]), 0, 0);
    expect(shownBy(pixels)).toEqual([RED, 0, 0]);
    pixels.stamp(sprite([RED, RED]), 3, 0);
    expect(shownBy(pixels)).toEqual([RED, 0, RED]);
  });

  it("let show through what they do not cover", () => {
    const pixels = new Pixels();
    pixels.begin(2, 1);
    pixels.stamp(sprite([RED, RED]), 1, 0);
    pixels.stamp(sprite([0, colourNumber("#0000ff", 0.5)]), 1, 0);
    const [left = 0, right = 0] = shownBy(pixels);
    expect(left).toBe(RED);
    expect(right >>> 24).toBe(255);
    expect(right & 255).toBeGreaterThan(100);
    expect((right >>> 16) & 255).toBeGreaterThan(100);
  });

  it("begin anew each frame, and never draw a dot over the edge", () => {
    const pixels = new Pixels();
    pixels.begin(2, 2);
    pixels.dot(RED, 1, 1, 2);
    expect(shownBy(pixels)).toEqual([RED, RED, RED, RED]);
    pixels.begin(2, 2);
    pixels.dot(RED, 0, 0, 2);
    expect(shownBy(pixels)).toEqual([0, 0, 0, 0]);
  });
});
