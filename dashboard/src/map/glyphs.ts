import type { Tone } from "../stream/protocol";
import { PALETTE, TONE_COLOUR } from "./palette";

/** How one point looks: its tone, or a hollow ring when its value is out of date. */
export type Look = Tone | "stale" | "plus" | "bar" | "tick";

/** Quiet points of different layers differ in shape, by the order in which layers are declared. */
const QUIET: readonly Look[] = ["normal", "plus", "bar", "tick"];
export const quietLook = (layerIndex: number): Look => QUIET[layerIndex % QUIET.length] ?? "normal";

/** Half the width of a glyph in CSS pixels at the scale of 1. */
const RADIUS: Readonly<Record<Look, number>> = {
  red: 8,
  orange: 7,
  yellow: 5.5,
  blue: 5,
  normal: 3,
  stale: 4,
  plus: 4.5,
  bar: 4,
  tick: 4,
};

export function colourOf(look: Look): string {
  if (look === "stale") return PALETTE.stale;
  return look in TONE_COLOUR ? TONE_COLOUR[look as Tone] : TONE_COLOUR.normal;
}

export const radiusOf = (look: Look, scale: number): number => RADIUS[look] * scale;

/** Traces the shape of a level around (x, y): ◆ red, ▲ orange, ■ yellow, ● blue and quiet. */
export function traceShape(context: CanvasRenderingContext2D, look: Look, x: number, y: number, r: number): void {
  context.beginPath();
  switch (look) {
    case "red":
      context.moveTo(x, y - r);
      context.lineTo(x + r, y);
      context.lineTo(x, y + r);
      context.lineTo(x - r, y);
      break;
    case "orange":
      context.moveTo(x, y - r);
      context.lineTo(x + r, y + r * 0.8);
      context.lineTo(x - r, y + r * 0.8);
      break;
    case "yellow":
      context.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
      break;
    case "plus":
      context.rect(x - r, y - 1, r * 2, 2);
      context.rect(x - 1, y - r, 2, r * 2);
      break;
    case "bar":
      context.rect(x - r, y - 1.5, r * 2, 3);
      break;
    case "tick":
      context.rect(x - 1.5, y - r, 3, r * 2);
      break;
    default:
      context.arc(x, y, r, 0, Math.PI * 2);
  }
  context.closePath();
}

/** Glyphs drawn once per look, scale and pixel ratio, and then only copied. */
export class GlyphAtlas {
  private readonly glyphs = new Map<string, HTMLCanvasElement>();

  get(look: Look, scale: number, pixelRatio: number): HTMLCanvasElement {
    const key = `${look} ${scale} ${pixelRatio}`;
    let glyph = this.glyphs.get(key);
    if (glyph === undefined) {
      glyph = drawGlyph(look, scale, pixelRatio);
      this.glyphs.set(key, glyph);
    }
    return glyph;
  }
}

function drawGlyph(look: Look, scale: number, pixelRatio: number): HTMLCanvasElement {
  const r = radiusOf(look, scale);
  const half = Math.ceil(r + 2);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.ceil(half * 2 * pixelRatio);
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  context.scale(pixelRatio, pixelRatio);
  traceShape(context, look, half, half, r);
  if (look === "stale") {
    context.lineWidth = 1.5;
    context.strokeStyle = PALETTE.stale;
    context.stroke();
    return canvas;
  }
  // A dark rim keeps neighbours apart where points crowd.
  context.lineWidth = 2;
  context.strokeStyle = PALETTE.dark;
  context.stroke();
  context.fillStyle = colourOf(look);
  context.fill();
  return canvas;
}
