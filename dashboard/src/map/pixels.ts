/** A picture to be stamped: RGBA in one number a pixel, as an ImageData holds it. */
export interface Sprite {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
  /** From the point that it marks to its upper left corner, pixels. */
  readonly left: number;
  readonly top: number;
}

const OPAQUE = 255;

/**
 * A screen of pixels that points are stamped into, and which is then shown at once. Without a GPU
 * this is the fastest way there is to draw 50,000 of them (docs/decisions.md).
 */
export class Pixels {
  private image: ImageData | null = null;
  private data = new Uint32Array(0);
  private width = 0;
  private height = 0;

  /** Begins a picture: everything transparent. */
  begin(width: number, height: number): void {
    if (this.image === null || this.width !== width || this.height !== height) {
      this.image = new ImageData(Math.max(1, width), Math.max(1, height));
      this.data = new Uint32Array(this.image.data.buffer);
      this.width = width;
      this.height = height;
    } else this.data.fill(0);
  }

  show(context: CanvasRenderingContext2D): void {
    if (this.image !== null) context.putImageData(this.image, 0, 0);
  }

  stamp(sprite: Sprite, x: number, y: number): void {
    const left = Math.round(x + sprite.left);
    const top = Math.round(y + sprite.top);
    const from = Math.max(0, -left);
    const to = Math.min(sprite.width, this.width - left);
    const last = Math.min(sprite.height, this.height - top);
    for (let row = Math.max(0, -top); row < last; row += 1) {
      let target = (top + row) * this.width + left + from;
      const end = row * sprite.width + to;
      for (let source = row * sprite.width + from; source < end; source += 1, target += 1) {
        const pixel = sprite.pixels[source] ?? 0;
        const alpha = pixel >>> 24;
        if (alpha === 0) continue;
        this.data[target] = alpha === OPAQUE ? pixel : over(pixel, alpha, this.data[target] ?? 0);
      }
    }
  }

  /** A square of three pixels: what is left of a point among thousands. */
  dot(colour: number, x: number, y: number, size: number): void {
    const left = Math.round(x - size / 2);
    const top = Math.round(y - size / 2);
    if (left < 0 || top < 0 || left + size > this.width || top + size > this.height) return;
    for (let row = top; row < top + size; row += 1) {
      const start = row * this.width + left;
      for (let at = start; at < start + size; at += 1) this.data[at] = colour;
    }
  }
}

/** A pixel that lets something through, over another one. */
function over(pixel: number, alpha: number, below: number): number {
  const belowAlpha = below >>> 24;
  if (belowAlpha === 0) return pixel;
  const share = (belowAlpha * (OPAQUE - alpha)) / OPAQUE;
  const whole = alpha + share;
  const mixed = (shift: number): number =>
    (((pixel >>> shift) & 255) * alpha + ((below >>> shift) & 255) * share) / whole;
  return ((Math.round(whole) << 24) | (mixed(16) << 16) | (mixed(8) << 8) | mixed(0)) >>> 0;
}

/** Reads what was drawn on a canvas, without its empty rim; `opacity` is worked in. */
export function spriteOf(canvas: HTMLCanvasElement, opacity: number): Sprite {
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  const empty: Sprite = { width: 0, height: 0, pixels: new Uint32Array(0), left: 0, top: 0 };
  if (context === null || width === 0 || height === 0) return empty;
  const all = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
  let [x0, y0, x1, y1] = [width, height, -1, -1];
  for (let at = 0; at < all.length; at += 1) {
    if ((all[at] ?? 0) >>> 24 === 0) continue;
    const x = at % width;
    const y = (at - x) / width;
    x0 = Math.min(x0, x);
    x1 = Math.max(x1, x);
    y0 = Math.min(y0, y);
    y1 = Math.max(y1, y);
  }
  if (x1 < 0) return empty;
  const pixels = new Uint32Array((x1 - x0 + 1) * (y1 - y0 + 1));
  for (let y = y0, at = 0; y <= y1; y += 1) {
    for (let x = x0; x <= x1; x += 1, at += 1) pixels[at] = faded(all[y * width + x] ?? 0, opacity);
  }
  return { width: x1 - x0 + 1, height: y1 - y0 + 1, pixels, left: x0 - width / 2, top: y0 - height / 2 };
}

function faded(pixel: number, opacity: number): number {
  return ((Math.round((pixel >>> 24) * opacity) << 24) | (pixel & 0xffffff)) >>> 0;
}

/** `#8FA3BF` and an opacity as one number. */
export function colourNumber(hex: string, opacity = 1): number {
  const rgb = Number.parseInt(hex.slice(1), 16);
  const bytes = ((rgb & 255) << 16) | (rgb & 0xff00) | (rgb >>> 16);
  return ((Math.round(OPAQUE * opacity) << 24) | bytes) >>> 0;
}
