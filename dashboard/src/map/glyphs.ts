import type { LayerSymbol } from "../api/specs";
import type { Tone } from "../stream/protocol";
import { PALETTE, TONE_COLOUR } from "./palette";

/** How one point looks: its tone, or a hollow ring when its value is out of date. */
export type Look = Tone | "stale";

const DISC = "M-1 0A1 1 0 1 1 1 0A1 1 0 1 1-1 0Z";

/** SVG path data within (−1, −1) to (1, 1), for canvas and page alike. ◆ red ▲ orange ■ yellow ● blue. */
export const SHAPES: Readonly<Record<Look | LayerSymbol, string>> = {
  red: "M0-1 1 0 0 1-1 0Z",
  orange: "M0-1 1 .8H-1Z",
  yellow: "M-.85-.85H.85V.85H-.85Z",
  blue: DISC,
  normal: DISC,
  stale: DISC,
  dot: DISC,
  square: "M-.85-.85H.85V.85H-.85Z",
  cross: "M-.3-1H.3V-.3H1V.3H.3V1H-.3V.3H-1V-.3H-.3Z",
  triangle: "M0 .9.95-.75H-.95Z",
  arrow: "M0-1 .85 1 0 .5-.85 1Z",
};

/** Half the width of a glyph in CSS pixels at the scale of 1. */
const RADIUS: Readonly<Record<Look, number>> = { red: 8, orange: 7, yellow: 5.5, blue: 5, normal: 2.6, stale: 4 };
/** A symbol needs more room than a dot, on its own and inside the shape of a level. */
const SYMBOL_RADIUS = 4.5;
const SYMBOL_GROWTH = 1.25;
const SYMBOL_SHARE = 0.58;

/** What a glyph depends on besides scale: how its entity stands, and what and where to it moves. */
export interface GlyphKind {
  readonly look: Look;
  readonly symbol: LayerSymbol;
  /** Direction of travel in sixteenths of a turn, clockwise from north; null: not on the move. */
  readonly heading: number | null;
}

export function colourOf(look: Look): string {
  return look === "stale" ? PALETTE.stale : TONE_COLOUR[look];
}

export function radiusOf({ look, symbol }: GlyphKind, scale: number): number {
  if (symbol === "dot" || look === "stale") return RADIUS[look] * scale;
  return scale * (look === "normal" ? SYMBOL_RADIUS : RADIUS[look] * SYMBOL_GROWTH);
}

/** The outline of a shape around (x, y), turned by a share of a full turn, clockwise. */
export function shapeAt(
  shape: Look | LayerSymbol,
  { x, y, r, turn = 0 }: { x: number; y: number; r: number; turn?: number },
): Path2D {
  const placed = new Path2D();
  const matrix = new DOMMatrix().translateSelf(x, y).rotateSelf(turn * 360).scaleSelf(r, r);
  placed.addPath(new Path2D(SHAPES[shape]), matrix);
  return placed;
}

/** Glyphs drawn once per kind, scale and pixel ratio, and then only copied. */
export class GlyphAtlas {
  private readonly glyphs = new Map<string, HTMLCanvasElement>();

  get(kind: GlyphKind, scale: number, pixelRatio: number): HTMLCanvasElement {
    const key = `${kind.look} ${kind.symbol} ${kind.heading} ${scale} ${pixelRatio}`;
    let glyph = this.glyphs.get(key);
    if (glyph === undefined) {
      glyph = drawGlyph(kind, scale, pixelRatio);
      this.glyphs.set(key, glyph);
    }
    return glyph;
  }
}

function drawGlyph(kind: GlyphKind, scale: number, pixelRatio: number): HTMLCanvasElement {
  const { look, symbol, heading } = kind;
  const r = radiusOf(kind, scale);
  const half = Math.ceil(r + 2);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.ceil(half * 2 * pixelRatio);
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  context.scale(pixelRatio, pixelRatio);
  const turn = (heading ?? 0) / 16;
  const middle = { x: half, y: half };
  if (look === "stale") {
    context.lineWidth = 1.5;
    context.strokeStyle = PALETTE.stale;
    context.stroke(shapeAt("stale", { ...middle, r }));
    return canvas;
  }
  const calm = look === "normal";
  const outline = calm ? shapeAt(symbol, { ...middle, r, turn }) : shapeAt(look, { ...middle, r });
  // A dark rim keeps neighbours apart where points crowd.
  context.lineWidth = 2;
  context.strokeStyle = PALETTE.dark;
  context.stroke(outline);
  context.fillStyle = colourOf(look);
  context.fill(outline);
  if (calm || symbol === "dot") return canvas;
  // Level by colour and shape; what it is stands inside, dark on the colour.
  context.fillStyle = PALETTE.dark;
  context.fill(shapeAt(symbol, { ...middle, r: r * SYMBOL_SHARE, turn }));
  return canvas;
}
