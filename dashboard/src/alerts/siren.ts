import { isShelved } from "./discipline";
import type { Alert } from "../stream/protocol";

/** Between two tones, ms: 红 presses. Our default. */
const EVERY_MS = { red: 2_500, orange: 6_000 } as const;
const TONES_HZ = { red: [880, 660, 880], orange: [660, 520] } as const;
const TONE_SECONDS = 0.16;
const LOUDNESS = 0.12;

export type SirenLevel = "red" | "orange" | null;

/** What has to be heard: the gravest of 红 and 橙 that nobody has acknowledged; an exercise is silent. */
export function sirenLevel(alerts: Iterable<Alert>, now: number): SirenLevel {
  let level: SirenLevel = null;
  for (const alert of alerts) {
    if (alert.acknowledged !== null || alert.exercise || isShelved(alert, now)) continue;
    if (alert.level === "red") return "red";
    if (alert.level === "orange") level = "orange";
  }
  return level;
}

/** Sounds until told otherwise; a browser lets it only after somebody has touched the page. */
export class Siren {
  private context: AudioContext | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private level: SirenLevel = null;

  set(level: SirenLevel): void {
    if (level === this.level) return;
    this.level = level;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (level !== null) this.sound(level);
  }

  private sound(level: "red" | "orange"): void {
    this.context ??= typeof AudioContext === "undefined" ? null : new AudioContext();
    if (this.context?.state === "suspended") void this.context.resume();
    else if (this.context !== null) this.play(this.context, TONES_HZ[level]);
    this.timer = setTimeout(() => this.sound(level), EVERY_MS[level]);
  }

  private play(context: AudioContext, tones: readonly number[]): void {
    tones.forEach((hz, index) => {
      const from = context.currentTime + index * TONE_SECONDS;
      const tone = new OscillatorNode(context, { frequency: hz });
      const gain = new GainNode(context, { gain: 0 });
      // Faded in and out: an edge would click.
      gain.gain.setValueAtTime(0, from);
      gain.gain.linearRampToValueAtTime(LOUDNESS, from + 0.02);
      gain.gain.linearRampToValueAtTime(0, from + TONE_SECONDS);
      tone.connect(gain).connect(context.destination);
      tone.start(from);
      tone.stop(from + TONE_SECONDS);
    });
  }
}
