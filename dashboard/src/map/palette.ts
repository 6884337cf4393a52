import type { Tone } from "../stream/protocol";

/** The palette of the screen, for canvases; styles/tokens.css holds the same for CSS. */
export const PALETTE = {
  page: "#0B1220",
  land: "#111B2C",
  border: "#2C3F5E",
  river: "#28527F",
  label: "#A9B8CF",
  place: "#8499B8",
  riverName: "#6FA3D8",
  text: "#E6EDF7",
  soft: "#A9B8CF",
  dark: "#0B1220",
  pill: "rgba(11, 18, 32, 0.86)",
  stale: "#6F7F99",
  selection: "#E6EDF7",
  nearby: "rgba(230, 237, 247, 0.07)",
  road: "#24344F",
  roadName: "#7D90AD",
  metro: "#34507A",
} as const;

export const TONE_COLOUR: Readonly<Record<Tone, string>> = {
  red: "#FF5A5F",
  orange: "#FF9F0A",
  yellow: "#FFE066",
  blue: "#4DA3FF",
  normal: "#8FA3BF",
};

/** From grave to quiet: the order of lists, and (reversed) of drawing. */
export const TONES: readonly Tone[] = ["red", "orange", "yellow", "blue", "normal"];

export const toneRank = (tone: Tone): number => TONES.indexOf(tone);

/** How much larger than at 16 px the text of this screen is: walls are read from afar. */
export function textScale(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
}

/** Local CJK families only: no font is ever fetched. */
export const FONT_FAMILY =
  '"Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif';
