import type { Language } from "../i18n";

const MINUS = "−";

/** A figure split for the screen: digits large, magnitude (万, 亿, M) small. */
export interface Figure {
  readonly digits: string;
  readonly magnitude: string;
}

const MAGNITUDES: Readonly<Record<Language, readonly (readonly [number, string])[]>> = {
  zh: [
    [1e8, "亿"],
    [1e4, "万"],
  ],
  en: [
    [1e9, "B"],
    [1e6, "M"],
  ],
};

/**
 * A number as the operator reads it: 9,999 · 1.20万 · 3.45亿 (zh), 12,345 · 1.23M (en).
 * Below the first magnitude integers keep all digits; others get three significant digits, at most two decimals.
 */
export function figure(value: number, language: Language): Figure {
  if (!Number.isFinite(value)) return { digits: "—", magnitude: "" };
  const size = Math.abs(value);
  for (const [unit, magnitude] of MAGNITUDES[language]) {
    // Rounding must not give 10,000万: what rounds up to the unit belongs to it.
    if (size >= unit * 0.99995) return { digits: three(value / unit), magnitude };
  }
  return { digits: plain(value), magnitude: "" };
}

export function formatNumber(value: number, language: Language): string {
  const { digits, magnitude } = figure(value, language);
  return digits + magnitude;
}

/** A count with all its digits, for where a difference of one matters: 49,991. */
export const formatCount = (value: number): string => plain(value);

/** A share as percent, one decimal. `value` is a fraction, 0.953 for 95.3 %. */
export function formatPercent(value: number): string {
  return Number.isFinite(value) ? `${group((value * 100).toFixed(1))}%` : "—";
}

function plain(value: number): string {
  return group(String(Number.isInteger(value) ? value : round(value, decimals(value))));
}

/** Thousands separated, and a minus sign as wide as a digit. */
function group(decimal: string): string {
  const [whole = "0", fraction] = decimal.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return (decimal.startsWith("-") ? MINUS : "") + grouped + (fraction === undefined ? "" : `.${fraction}`);
}

/** Three significant digits, trailing zeros kept so that a moving figure keeps its width. */
function three(value: number): string {
  const wholeDigits = Math.max(1, Math.floor(Math.log10(Math.abs(value))) + 1);
  return group(value.toFixed(Math.max(0, 3 - wholeDigits)));
}

/** Three digits tell an operator all there is to tell. */
function decimals(value: number): number {
  const size = Math.abs(value);
  if (size >= 100) return 0;
  return size >= 10 ? 1 : 2;
}

function round(value: number, places: number): number {
  const factor = 10 ** places;
  return Math.round(value * factor) / factor;
}
