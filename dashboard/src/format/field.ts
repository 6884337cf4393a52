import type { FieldSpec } from "../api/specs";
import { language, t } from "../i18n";
import type { DataValue, Entity } from "../stream/protocol";
import { figure, formatPercent } from "./number";
import { clockTime } from "./time";

/** A value ready to be drawn; `missing` values are words, not figures. */
export interface Shown {
  readonly text: string;
  readonly unit: string;
  readonly missing: boolean;
}

/** What a field of an entity says on the screen. A stale entity never shows its number. */
export function showField(entity: Entity, field: FieldSpec, now: number | null): Shown {
  if (entity.stale) return words(t("stale"));
  return showValue(entity.data[field.name], field, now);
}

export function showValue(
  value: DataValue,
  { kind, unit }: Pick<FieldSpec, "kind" | "unit">,
  now: number | null,
): Shown {
  if (value === undefined || value === null || typeof value === "object") return words(t("value.missing"));
  if (value === "") return words("—");
  switch (kind) {
    case "number":
      return typeof value === "number" ? number(value, unit) : text(String(value), unit);
    case "percent":
      return typeof value === "number" ? text(formatPercent(value), "") : text(String(value), "");
    case "time":
      return text(clockTime(String(value), now), "");
    case "boolean":
      return text(value === true ? t("value.yes") : t("value.no"), "");
    case "text":
      return text(String(value), unit);
  }
}

function number(value: number, unit: string): Shown {
  const { digits, magnitude } = figure(value, language.value);
  return text(digits, magnitude + unit);
}

const text = (value: string, unit: string): Shown => ({ text: value, unit, missing: false });
const words = (value: string): Shown => ({ text: value, unit: "", missing: true });
