import { isMessageKey, t } from "../i18n";

/** A quality flag in words; one this page does not know is shown as it came. */
export function qualityWord(flag: string): string {
  const key = `quality.${flag}`;
  return isMessageKey(key) ? t(key) : flag;
}
