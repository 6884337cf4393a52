import { t } from "../i18n";
import type { Alert, Answer, Assessment } from "../stream/protocol";

export const ANSWERS: readonly Answer[] = ["real", "false", "pending"];

/**
 * The 研判 that holds for an alert as it is now. To assess is also to acknowledge; when an alert
 * becomes graver the hub takes the acknowledgement back, and what was judged before no longer holds.
 */
export function standingJudgement(alert: Alert): Assessment | null {
  return alert.acknowledged === null ? null : alert.assessment;
}

/** 误报, and still so: behind the queue, and not on the map. */
export const isFalseAlarm = (alert: Alert): boolean => standingJudgement(alert)?.answer === "false";

/** 待研判 · 真实 · 误报 · 待核 */
export const answerWord = (answer: Answer | undefined): string => t(`answer.${answer ?? "none"}`);
