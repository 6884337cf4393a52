import type { FrameState } from "ol/Map.js";
import Layer from "ol/layer/Layer.js";
import { colourOf, GlyphAtlas, radiusOf, type Look } from "./glyphs";
import { drawLabel, isAbnormal, LabelBoard, labelText, type Box } from "./labels";
import type { Marker, MarkerStore } from "./markers";
import { FONT_FAMILY, textScale } from "./palette";
import { clearCanvas, layerCanvas, screenTransform } from "./screen";
import { calmOpacity, isCalm, thinned } from "./thinning";

/** Zoom from which the headline value stands beside an abnormal point, and beside a calm one. */
export const VALUE_ZOOM = 13.2;
const CALM_VALUE_ZOOM = 14.2;
/** Zoom from which the name does. */
const NAME_ZOOM = 15;
/** With more points than this in view each is a small square: glyphs would only cover each other. */
const GLYPH_LIMIT = 6_000;
/** How far from a point the pointer may be, CSS pixels (44 px targets for fingers). */
const PICK_RADIUS = 16;
/** An abnormal point counts as this much nearer than a calm one beside it. */
const PICK_PREFERENCE = 0.5;
/** CSS pixels at a text scale of 1. */
const LABEL_HEIGHT = 20;
const LABEL_FONT = 13;

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
      const felt = isAbnormal(marker.look) ? distance * PICK_PREFERENCE : distance;
      if (distance <= PICK_RADIUS ** 2 && felt <= bestDistance) {
        best = marker;
        bestDistance = felt;
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
    const { zoom, resolution } = frame.viewState;
    const inView = this.inView(frame);
    this.drawn = zoom < VALUE_ZOOM ? thinned(inView, resolution) : inView;
    if (this.drawn.length > GLYPH_LIMIT) {
      this.drawSquares(context);
      return;
    }
    const scale = (zoom < 10.5 ? 0.75 : zoom < VALUE_ZOOM ? 1 : 1.2) * Math.max(1, textScale());
    this.drawGlyphs(context, scale, frame);
    if (zoom >= VALUE_ZOOM) this.drawLabels(context, zoom, scale);
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

  private drawGlyphs(context: CanvasRenderingContext2D, scale: number, { pixelRatio, viewState }: FrameState): void {
    const faint = calmOpacity(viewState.zoom);
    for (const { marker, x, y } of this.drawn) {
      const glyph = this.atlas.get(marker, scale, pixelRatio);
      const size = glyph.width / pixelRatio;
      context.globalAlpha = isCalm(marker) ? faint : 1;
      context.drawImage(glyph, x - size / 2, y - size / 2, size, size);
    }
    context.globalAlpha = 1;
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

  /** The gravest first; a label that would cover another, or an abnormal point, is left out. */
  private drawLabels(context: CanvasRenderingContext2D, zoom: number, scale: number): void {
    const size = textScale();
    const height = LABEL_HEIGHT * size;
    context.font = `600 ${LABEL_FONT * size}px ${FONT_FAMILY}`;
    context.textBaseline = "middle";
    const board = new LabelBoard(height);
    for (const drawn of this.drawn) if (isAbnormal(drawn.marker.look)) board.take(glyphBox(drawn, scale));
    for (let index = this.drawn.length - 1; index >= 0; index -= 1) {
      const { marker, x, y } = this.drawn[index] as Drawn;
      if (zoom < CALM_VALUE_ZOOM && isCalm(marker)) continue;
      const spec = this.store.spec(marker.entity.layer);
      if (spec === undefined) continue;
      const text = labelText(marker, spec, zoom >= NAME_ZOOM);
      if (text === "") continue;
      const left = x + radiusOf(marker, scale) + 3;
      const box: Box = { left, top: y - height / 2, width: context.measureText(text).width + 10, height };
      if (!board.isFree(box)) continue;
      board.take(box);
      drawLabel(context, text, box, marker.look);
    }
  }
}

function glyphBox({ marker, x, y }: Drawn, scale: number): Box {
  const r = radiusOf(marker, scale);
  return { left: x - r, top: y - r, width: 2 * r, height: 2 * r };
}
