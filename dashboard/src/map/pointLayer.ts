import type { FrameState } from "ol/Map.js";
import Layer from "ol/layer/Layer.js";
import type { LayerSpec } from "../api/specs";
import { levelOf } from "../api/specs";
import { showField } from "../format/field";
import { titleOf } from "../i18n";
import { colourOf, GlyphAtlas, radiusOf, type Look } from "./glyphs";
import type { Marker, MarkerStore } from "./markers";
import { FONT_FAMILY, PALETTE, textScale } from "./palette";
import { clearCanvas, layerCanvas, screenTransform } from "./screen";

/** Zoom from which the headline value stands beside the point, and from which its name does. */
export const VALUE_ZOOM = 13.2;
const NAME_ZOOM = 15;
/** With more points than this in view each is a small square: glyphs would only cover each other. */
const GLYPH_LIMIT = 6_000;
/** How far from a point the pointer may be, CSS pixels (44 px targets for fingers). */
const PICK_RADIUS = 16;
/** CSS pixels at a text scale of 1. */
const LABEL_HEIGHT = 20;
const LABEL_FONT = 13;
/** Characters; the whole text is on the card. */
const LABEL_LENGTH = 28;

interface Drawn {
  readonly marker: Marker;
  readonly x: number;
  readonly y: number;
}

/** All entities of the visible layers on one canvas; redrawn when data or camera changed. */
export class PointLayer extends Layer {
  private readonly canvas = layerCanvas();
  private readonly atlas = new GlyphAtlas();
  private drawn: Drawn[] = [];
  private drawnFor = "";
  private version = 0;

  constructor(private readonly store: MarkerStore) {
    super({ zIndex: 10 });
  }

  /** Data, layers or language changed: draw again with the next frame. */
  refresh(): void {
    this.version += 1;
    this.changed();
  }

  /** The point under the pointer: the nearest within reach, the graver on a tie. */
  pick(pixel: readonly number[]): Marker | null {
    const [px = 0, py = 0] = pixel;
    let best: Marker | null = null;
    let bestDistance = PICK_RADIUS ** 2;
    for (const { marker, x, y } of this.drawn) {
      const distance = (x - px) ** 2 + (y - py) ** 2;
      if (distance <= bestDistance) {
        best = marker;
        bestDistance = distance;
      }
    }
    return best;
  }

  override render(frame: FrameState | null): HTMLElement {
    if (frame === null) return this.canvas;
    const { center, resolution } = frame.viewState;
    const state = `${this.version} ${center.join()} ${resolution} ${frame.size.join()} ${frame.pixelRatio}`;
    if (state !== this.drawnFor) {
      this.drawnFor = state;
      this.draw(frame);
    }
    return this.canvas;
  }

  private draw(frame: FrameState): void {
    const context = clearCanvas(this.canvas, frame);
    this.drawn = this.inView(frame);
    if (this.drawn.length > GLYPH_LIMIT) {
      this.drawSquares(context);
      return;
    }
    const zoom = frame.viewState.zoom;
    const scale = (zoom < 10.5 ? 0.75 : zoom < VALUE_ZOOM ? 1 : 1.2) * Math.max(1, textScale());
    this.drawGlyphs(context, scale, frame.pixelRatio);
    if (zoom >= VALUE_ZOOM) this.drawLabels(context, zoom >= NAME_ZOOM, scale);
  }

  private inView(frame: FrameState): Drawn[] {
    const to = screenTransform(frame);
    const inside: Drawn[] = [];
    for (const marker of this.store.inDrawOrder()) {
      const x = to.x(marker.x);
      const y = to.y(marker.y);
      if (x > -20 && y > -20 && x < to.width + 20 && y < to.height + 20) inside.push({ marker, x, y });
    }
    return inside;
  }

  private drawGlyphs(context: CanvasRenderingContext2D, scale: number, pixelRatio: number): void {
    for (const { marker, x, y } of this.drawn) {
      const glyph = this.atlas.get(marker.look, scale, pixelRatio);
      const size = glyph.width / pixelRatio;
      context.drawImage(glyph, x - size / 2, y - size / 2, size, size);
    }
  }

  private drawSquares(context: CanvasRenderingContext2D): void {
    let look: Look | null = null;
    for (const { marker, x, y } of this.drawn) {
      if (marker.look !== look) {
        look = marker.look;
        context.fillStyle = colourOf(look);
      }
      context.fillRect(x - 1.5, y - 1.5, 3, 3);
    }
  }

  /** The gravest first; a label that would cover another is left out. */
  private drawLabels(context: CanvasRenderingContext2D, withName: boolean, scale: number): void {
    const size = textScale();
    const height = LABEL_HEIGHT * size;
    context.font = `600 ${LABEL_FONT * size}px ${FONT_FAMILY}`;
    context.textBaseline = "middle";
    const placed: Box[] = [];
    for (let index = this.drawn.length - 1; index >= 0; index -= 1) {
      const { marker, x, y } = this.drawn[index] as Drawn;
      const spec = this.store.spec(marker.entity.layer);
      if (spec === undefined) continue;
      const text = labelText(marker, spec, withName);
      if (text === "") continue;
      const left = x + radiusOf(marker.look, scale) + 3;
      const box: Box = { left, top: y - height / 2, width: context.measureText(text).width + 10, height };
      if (placed.some((other) => overlap(box, other))) continue;
      placed.push(box);
      drawLabel(context, text, box, marker.look);
    }
  }
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.left + b.width &&
  b.left < a.left + a.width &&
  Math.abs(a.top - b.top) < a.height;

/** 「紧缺 3个」: an abnormal level is also said in words; a stale value never as a number. */
function labelText(marker: Marker, spec: LayerSpec, withName: boolean): string {
  const { entity, look } = marker;
  const headline = spec.fields[0];
  const words: string[] = [];
  if (withName) words.push(entity.title);
  const level = isWarning(look) ? levelOf(spec, entity.level) : undefined;
  if (level !== undefined) words.push(titleOf(level));
  if (headline !== undefined) {
    const shown = showField(entity, headline, null);
    if (!shown.missing || look === "stale") words.push(shown.text + shown.unit);
  }
  const text = words.join(" ").replace(/\s+/g, " ");
  return text.length > LABEL_LENGTH ? `${text.slice(0, LABEL_LENGTH - 1)}…` : text;
}

const WARNINGS: ReadonlySet<Look> = new Set<Look>(["red", "orange", "yellow", "blue"]);
const isWarning = (look: Look): boolean => WARNINGS.has(look);

function drawLabel(context: CanvasRenderingContext2D, text: string, box: Box, look: Look): void {
  context.fillStyle = PALETTE.pill;
  context.beginPath();
  context.roundRect(box.left, box.top, box.width, box.height, 4);
  context.fill();
  context.fillStyle = isWarning(look) ? colourOf(look) : look === "stale" ? PALETTE.soft : PALETTE.text;
  context.fillText(text, box.left + 5, box.top + box.height / 2 + 1);
}
