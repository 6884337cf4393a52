import type { FrameState } from "ol/Map.js";
import Layer from "ol/layer/Layer.js";
import { fromLonLat } from "ol/proj.js";
import { isFalseAlarm } from "../alerts/judgement";
import type { Alert } from "../stream/protocol";
import { shapeAt } from "./glyphs";
import { PALETTE, TONE_COLOUR, toneRank } from "./palette";
import { clearCanvas, layerCanvas, screenTransform } from "./screen";

/** 1 Hz: half a second on, half a second off. */
const HALF_PERIOD_MS = 500;
/** Opacity in the dark half: faint, so that the level can be read at any moment. */
const UNLIT = 0.25;
/** At most 24 px across. */
const RING_RADIUS = 12;
/** With more alerts than this on the map 黄 and 蓝 are small, faint and still; cleared ones always. */
export const CROWD = 30;
const SLIGHT_RADIUS = 7;
const SLIGHT_OPACITY = 0.55;

export interface Ring {
  readonly x: number;
  readonly y: number;
  readonly level: Alert["level"];
  readonly flashes: boolean;
  /** Drawn small, faint and still, for the sake of graver ones. */
  readonly slight: boolean;
}

/**
 * What stands above the points: a ring in the shape of its level around each alert that is no
 * 误报, and the mark of the selection. Only unacknowledged alerts flash, and not for who asked for less motion.
 */
export class OverlayLayer extends Layer {
  private readonly canvas = layerCanvas();
  private rings: readonly Ring[] = [];
  private radius: number | null = null;
  private selected: { readonly x: number; readonly y: number } | null = null;
  private lit = true;
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor() {
    super({ zIndex: 20 });
  }

  showAlerts(alerts: Iterable<Alert>): void {
    this.rings = ringsOf(alerts);
    this.flashOnlyIf(this.rings.some((ring) => ring.flashes));
    this.changed();
  }

  /** Marks a place in projected metres, or none. */
  select(place: { readonly x: number; readonly y: number } | null): void {
    if (place?.x === this.selected?.x && place?.y === this.selected?.y) return;
    this.selected = place;
    this.changed();
  }

  /** 周边分析: a circle around the selection, projected metres; null: none. */
  surround(radius: number | null): void {
    if (radius === this.radius) return;
    this.radius = radius;
    this.changed();
  }

  override render(frame: FrameState | null): HTMLElement {
    if (frame !== null) this.draw(frame);
    return this.canvas;
  }

  protected override disposeInternal(): void {
    this.flashOnlyIf(false);
    super.disposeInternal();
  }

  private draw(frame: FrameState): void {
    const context = clearCanvas(this.canvas, frame);
    const to = screenTransform(frame);
    for (const ring of this.rings) {
      context.globalAlpha = ring.slight ? SLIGHT_OPACITY : ring.flashes && !this.lit ? UNLIT : 1;
      context.lineWidth = ring.flashes ? 2.5 : 1.5;
      context.strokeStyle = TONE_COLOUR[ring.level];
      context.stroke(shapeAt(ring.level, { x: to.x(ring.x), y: to.y(ring.y), r: ring.slight ? SLIGHT_RADIUS : RING_RADIUS }));
    }
    context.globalAlpha = 1;
    if (this.selected === null) return;
    if (this.radius !== null) {
      context.beginPath();
      context.arc(to.x(this.selected.x), to.y(this.selected.y), this.radius / frame.viewState.resolution, 0, Math.PI * 2);
      context.lineWidth = 1.5;
      context.strokeStyle = PALETTE.selection;
      context.fillStyle = PALETTE.nearby;
      context.fill();
      context.stroke();
    }
    context.beginPath();
    context.arc(to.x(this.selected.x), to.y(this.selected.y), RING_RADIUS + 5, 0, Math.PI * 2);
    context.lineWidth = 2;
    context.strokeStyle = PALETTE.selection;
    context.setLineDash([6, 4]);
    context.stroke();
    context.setLineDash([]);
  }

  private flashOnlyIf(wanted: boolean): void {
    if (wanted && this.timer === null) {
      this.timer = setInterval(() => {
        this.lit = !this.lit || prefersStill();
        this.changed();
      }, HALF_PERIOD_MS);
    } else if (!wanted && this.timer !== null) {
      clearInterval(this.timer);
      this.timer = null;
      this.lit = true;
    }
  }
}

/**
 * The rings of alerts that have a place and are no false alarm, the gravest last. In a crowd 黄 and
 * 蓝 that are over have none; the queue keeps them.
 */
export function ringsOf(alerts: Iterable<Alert>): Ring[] {
  const placed = [...alerts].filter((alert) => alert.at !== null && !isFalseAlarm(alert));
  const crowded = placed.length > CROWD;
  const yields = ({ level }: Alert): boolean => crowded && (level === "yellow" || level === "blue");
  return placed
    .filter((alert) => alert.cleared === null || !yields(alert))
    .map((alert) => ringOf(alert, alert.cleared !== null || yields(alert)))
    .sort((a, b) => Number(b.slight) - Number(a.slight) || toneRank(b.level) - toneRank(a.level));
}

function ringOf(alert: Alert, slight: boolean): Ring {
  const [x = 0, y = 0] = fromLonLat([...(alert.at ?? [])]);
  return { x, y, level: alert.level, slight, flashes: alert.acknowledged === null && !slight };
}

const prefersStill = (): boolean => window.matchMedia("(prefers-reduced-motion: reduce)").matches;
