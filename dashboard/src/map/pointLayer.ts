import type { FrameState } from "ol/Map.js";
import Layer from "ol/layer/Layer.js";
import type { Entity } from "../stream/protocol";
import { noteDrawn } from "../testFacts";
import { colourOf, GlyphAtlas, radiusOf, type GlyphKind } from "./glyphs";
import { drawLabel, isAbnormal, LabelBoard, labelText, type Box } from "./labels";
import { FONT_FAMILY, textScale } from "./palette";
import { colourNumber, Pixels, spriteOf, type Sprite } from "./pixels";
import { LOOKS, type Points, type PointStore } from "./points";
import { canvasOf, layerCanvas, pixelSize } from "./screen";
import { calmOpacity, densityOpacity } from "./thinning";
import { View, type Ground } from "./view";

/** Zoom from which the headline value stands beside an abnormal point, and beside a calm one. */
export const VALUE_ZOOM = 13.2;
const CALM_VALUE_ZOOM = 14.2;
/** Zoom from which the name does. */
const NAME_ZOOM = 15;
/** With more points than this in view each is a small square: glyphs would only cover each other. */
const GLYPH_LIMIT = 6_000;
/** CSS pixels. */
const SQUARE = 3;
/** How far from a point the pointer may be, CSS pixels (44 px targets for fingers). */
const PICK_RADIUS = 16;
/** An abnormal point counts as this much nearer than a calm one beside it. */
const PICK_PREFERENCE = 0.5;
/** CSS pixels at a text scale of 1. */
const LABEL_HEIGHT = 20;
const LABEL_FONT = 13;
/** Labels are made for no more points than these: there is no room for more. */
const LABELLED = 1_500;

/** All entities of the visible layers on one canvas; redrawn when data or camera changed. */
export class PointLayer extends Layer {
  private readonly canvas = layerCanvas();
  private readonly atlas = new GlyphAtlas();
  private readonly sprites = new Map<string, Sprite>();
  private readonly pixels = new Pixels();
  private readonly view = new View();
  private drawnFor = "";
  private version = 0;

  constructor(private readonly store: PointStore) {
    super({ zIndex: 10 });
  }

  /** Data, layers or language changed: draw again with the next frame. */
  refresh(): void {
    this.version += 1;
    this.changed();
  }

  /** The entity under the pointer: the nearest within reach, the graver on a tie. */
  pick(pixel: readonly number[]): Entity | null {
    const [px = 0, py = 0] = pixel;
    const { view } = this;
    let best = -1;
    let bestDistance = PICK_RADIUS ** 2;
    for (let n = 0; n < view.count; n += 1) {
      const at = view.order[n] ?? 0;
      const distance = ((view.x[at] ?? 0) - px) ** 2 + ((view.y[at] ?? 0) - py) ** 2;
      if (distance > PICK_RADIUS ** 2) continue;
      const felt = isAbnormal(this.kind(at).look) ? distance * PICK_PREFERENCE : distance;
      if (felt <= bestDistance) {
        best = at;
        bestDistance = felt;
      }
    }
    return best < 0 ? null : (this.points(best)?.table.entity(view.slot[best] ?? 0) ?? null);
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
    const { zoom } = frame.viewState;
    this.view.find(this.store.layers, groundOf(frame), zoom < VALUE_ZOOM);
    const context = canvasOf(this.canvas, frame);
    const { width, height } = pixelSize(frame);
    this.pixels.begin(width, height);
    const scale = (zoom < 10.5 ? 0.75 : zoom < VALUE_ZOOM ? 1 : 1.2) * Math.max(1, textScale());
    if (this.view.count > GLYPH_LIMIT) this.stampSquares(frame);
    else this.stampGlyphs(scale, frame);
    this.pixels.show(context);
    noteDrawn(this.view.count);
    if (zoom >= VALUE_ZOOM && this.view.count <= GLYPH_LIMIT) this.drawLabels(context, frame, scale);
  }

  private stampGlyphs(scale: number, { pixelRatio, viewState }: FrameState): void {
    const { view } = this;
    const faint = calmOpacity(viewState.zoom);
    for (let n = 0; n < view.count; n += 1) {
      const at = view.order[n] ?? 0;
      const points = this.points(at);
      if (points === undefined) continue;
      const calm = points.isCalm(view.slot[at] ?? 0);
      const opacity = calm ? densityOpacity(faint, view.density[at] ?? 0) : 1;
      const sprite = this.sprite(this.kind(at), scale, pixelRatio, opacity);
      this.pixels.stamp(sprite, (view.x[at] ?? 0) * pixelRatio, (view.y[at] ?? 0) * pixelRatio);
    }
  }

  private stampSquares({ pixelRatio, viewState }: FrameState): void {
    const { view } = this;
    const faint = calmOpacity(viewState.zoom);
    const full = LOOKS.map((look) => colourNumber(colourOf(look)));
    const calm = [0, 1, 2, 3].map((step) => colourNumber(colourOf("normal"), densityOpacity(faint, step)));
    const size = Math.round(SQUARE * pixelRatio);
    for (let n = 0; n < view.count; n += 1) {
      const at = view.order[n] ?? 0;
      const points = this.points(at);
      const slot = view.slot[at] ?? 0;
      const colour = points?.isCalm(slot) ? calm[view.density[at] ?? 0] : full[points?.look[slot] ?? 0];
      this.pixels.dot(colour ?? 0, (view.x[at] ?? 0) * pixelRatio, (view.y[at] ?? 0) * pixelRatio, size);
    }
  }

  private sprite(kind: GlyphKind, scale: number, pixelRatio: number, opacity: number): Sprite {
    const key = `${kind.look} ${kind.symbol} ${kind.heading} ${scale} ${pixelRatio} ${opacity.toFixed(2)}`;
    let sprite = this.sprites.get(key);
    if (sprite === undefined) {
      // While the camera zooms every step has an opacity of its own: no more of them than this.
      if (this.sprites.size > 500) this.sprites.clear();
      sprite = spriteOf(this.atlas.get(kind, scale, pixelRatio), opacity);
      this.sprites.set(key, sprite);
    }
    return sprite;
  }

  private points(at: number): Points | undefined {
    return this.view.layers[this.view.layer[at] ?? 0];
  }

  private kind(at: number): GlyphKind {
    return this.points(at)?.kind(this.view.slot[at] ?? 0) ?? { look: "normal", symbol: "dot", heading: null };
  }

  /** The gravest first; a label that would cover another, or an abnormal point, is left out. */
  private drawLabels(context: CanvasRenderingContext2D, { viewState: { zoom }, pixelRatio }: FrameState, scale: number): void {
    const { view } = this;
    const size = textScale();
    const height = LABEL_HEIGHT * size;
    context.setTransform(pixelRatio, 0, 0, pixelRatio, 0, 0);
    context.font = `600 ${LABEL_FONT * size}px ${FONT_FAMILY}`;
    context.textBaseline = "middle";
    const board = new LabelBoard(height);
    for (let at = 0; at < view.count; at += 1) if (isAbnormal(this.kind(at).look)) board.take(this.glyphBox(at, scale));
    for (let n = view.count - 1; n >= Math.max(0, view.count - LABELLED); n -= 1) {
      const at = view.order[n] ?? 0;
      const points = this.points(at);
      const slot = view.slot[at] ?? 0;
      if (points === undefined || (zoom < CALM_VALUE_ZOOM && points.isCalm(slot))) continue;
      const entity = points.table.entity(slot);
      const kind = this.kind(at);
      const text = entity === undefined ? "" : labelText({ entity, look: kind.look }, points.spec, zoom >= NAME_ZOOM);
      if (text === "") continue;
      const left = (view.x[at] ?? 0) + radiusOf(kind, scale) + 3;
      const top = (view.y[at] ?? 0) - height / 2;
      const box: Box = { left, top, width: context.measureText(text).width + 10, height };
      if (!board.isFree(box)) continue;
      board.take(box);
      drawLabel(context, text, box, kind.look);
    }
  }

  private glyphBox(at: number, scale: number): Box {
    const r = radiusOf(this.kind(at), scale);
    return { left: (this.view.x[at] ?? 0) - r, top: (this.view.y[at] ?? 0) - r, width: 2 * r, height: 2 * r };
  }
}

function groundOf({ size, viewState }: FrameState): Ground {
  const [width = 0, height = 0] = size;
  const [centreX = 0, centreY = 0] = viewState.center;
  const { resolution } = viewState;
  return { width, height, resolution, west: centreX - (width / 2) * resolution, north: centreY + (height / 2) * resolution };
}
