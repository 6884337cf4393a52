import { t } from "../i18n";

/** Days and hours of the city, wherever the browser is. */
const CITY_ZONE = "Asia/Shanghai";

const PARTS = new Intl.DateTimeFormat("en-GB", {
  timeZone: CITY_ZONE,
  year: "numeric",
  month: "2-digit",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});

/** `2026-11-23` and `16:00:05` of an instant in ms, in the city's zone. */
export function cityDateTime(ms: number): { date: string; time: string } {
  const part: Record<string, string> = {};
  for (const { type, value } of PARTS.formatToParts(ms)) part[type] = value;
  const { year = "", month = "", day = "", hour = "", minute = "", second = "" } = part;
  return { date: `${year}-${month}-${day}`, time: `${hour}:${minute}:${second}` };
}

/** A clock time for a list: the hour when it is of the same day as `now`, else with its date. */
export function clockTime(rfc3339: string, now: number | null): string {
  const ms = Date.parse(rfc3339);
  if (Number.isNaN(ms)) return "—";
  const { date, time } = cityDateTime(ms);
  return now !== null && cityDateTime(now).date === date ? time : `${date.slice(5)} ${time}`;
}

type Unit = "seconds" | "minutes" | "hours" | "days";

function coarse(seconds: number): [number, Unit] {
  if (seconds < 60) return [Math.floor(seconds), "seconds"];
  if (seconds < 3600) return [Math.floor(seconds / 60), "minutes"];
  if (seconds < 86_400) return [Math.floor(seconds / 3600), "hours"];
  return [Math.floor(seconds / 86_400), "days"];
}

/** 「12 秒前」; below two seconds 「刚刚」. */
export function formatAge(seconds: number): string {
  if (seconds < 2) return t("age.now");
  const [n, unit] = coarse(seconds);
  return t(`age.${unit}`, { n });
}

/** 「12 分钟」 */
export function formatSpan(seconds: number): string {
  const [n, unit] = coarse(seconds);
  return t(`span.${unit}`, { n });
}

/** `mm:ss`, and `h:mm:ss` from an hour on. */
export function formatStopwatch(seconds: number): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(Math.floor(seconds) % 60)}`;
  return hours === 0 ? rest : `${hours}:${rest}`;
}

/** The data delay: ms below a second, else seconds. */
export function formatDelay(ms: number): string {
  if (ms < 1000) return t("unit.milliseconds", { n: Math.round(ms) });
  return t("unit.seconds", { n: Math.round(ms / 100) / 10 });
}
