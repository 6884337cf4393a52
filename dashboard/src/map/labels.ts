import { levelOf, type LayerSpec } from "../api/specs";
import { showField } from "../format/field";
import { titleOf } from "../i18n";
import { colourOf, type Look } from "./glyphs";
import { PALETTE } from "./palette";
import type { Marker } from "./points";

/** Characters; the whole text is on the card. */
const LENGTH = 20;
/** A headline of more words than this is for the card alone. */
const HEADLINE_LENGTH = 8;

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Where labels stand: each new one must leave alone what is there. Sorted into rows of one height. */
export class LabelBoard {
  private readonly rows = new Map<number, Box[]>();

  constructor(private readonly rowHeight: number) {}

  isFree(box: Box): boolean {
    return this.rowsOf(box).every((row) => (this.rows.get(row) ?? []).every((other) => !overlap(box, other)));
  }

  take(box: Box): void {
    for (const row of this.rowsOf(box)) {
      const held = this.rows.get(row);
      if (held === undefined) this.rows.set(row, [box]);
      else held.push(box);
    }
  }

  private rowsOf({ top, height }: Box): number[] {
    const first = Math.floor(top / this.rowHeight);
    const last = Math.floor((top + height) / this.rowHeight);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  }
}

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.left + b.width &&
  b.left < a.left + a.width &&
  a.top < b.top + b.height &&
  b.top < a.top + a.height;

/** 「紧缺 3个」: an abnormal level is also said in words; a stale value never as a number. */
export function labelText({ entity, look }: Marker, spec: LayerSpec, withName: boolean): string {
  const headline = spec.fields[0];
  const words: string[] = [];
  if (withName) words.push(entity.title);
  const level = isAbnormal(look) ? levelOf(spec, entity.level) : undefined;
  if (level !== undefined) words.push(titleOf(level));
  if (headline !== undefined) {
    const { text: value, unit, missing } = showField(entity, headline, null);
    const tooLong = headline.kind === "text" && value.length > HEADLINE_LENGTH;
    if (look === "stale" || !(missing || tooLong)) words.push(value + unit);
  }
  const text = words.join(" ").replace(/\s+/g, " ");
  return text.length > LENGTH ? `${text.slice(0, LENGTH - 1)}…` : text;
}

export const isAbnormal = (look: Look): boolean => look !== "normal" && look !== "stale";

export function drawLabel(context: CanvasRenderingContext2D, text: string, box: Box, look: Look): void {
  context.fillStyle = PALETTE.pill;
  context.beginPath();
  context.roundRect(box.left, box.top, box.width, box.height, 4);
  context.fill();
  context.fillStyle = isAbnormal(look) ? colourOf(look) : look === "stale" ? PALETTE.soft : PALETTE.text;
  context.fillText(text, box.left + 5, box.top + box.height / 2 + 1);
}
