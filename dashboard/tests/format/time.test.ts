import { afterEach, describe, expect, it } from "vitest";
import { cityDateTime, clockTime, formatAge, formatDelay, formatSpan, formatStopwatch } from "../../src/format/time";
import { setLanguage } from "../../src/i18n";

afterEach(() => setLanguage("zh"));

describe("time", () => {
  it("is of Asia/Shanghai, on a 24-hour clock", () => {
    expect(cityDateTime(Date.parse("2026-11-23T16:00:05.000Z"))).toEqual({ date: "2026-11-24", time: "00:00:05" });
  });

  it("of another day carries its date", () => {
    const now = Date.parse("2026-11-23T08:00:00.000Z");
    expect(clockTime("2026-11-23T07:30:00.000Z", now)).toBe("15:30:00");
    expect(clockTime("2026-11-22T07:30:00.000Z", now)).toBe("11-22 15:30:00");
    expect(clockTime("rubbish", now)).toBe("—");
  });

  it.each([
    [0, "刚刚"],
    [12.9, "12 秒前"],
    [59, "59 秒前"],
    [60, "1 分钟前"],
    [3_599, "59 分钟前"],
    [7_200, "2 小时前"],
    [200_000, "2 天前"],
  ])("an age of %d s reads %s", (seconds, text) => {
    expect(formatAge(seconds)).toBe(text);
  });

  it("follows the language", () => {
    setLanguage("en");
    expect([formatAge(90), formatSpan(90), formatDelay(120)]).toEqual(["1 min ago", "1 min", "120 ms"]);
  });

  it("counts an interruption as mm:ss, from an hour on with hours", () => {
    expect([formatStopwatch(0), formatStopwatch(75), formatStopwatch(3_725)]).toEqual(["00:00", "01:15", "1:02:05"]);
  });

  it("gives a delay in ms below a second, else in seconds", () => {
    expect([formatDelay(12.4), formatDelay(2_340)]).toEqual(["12 毫秒", "2.3 秒"]);
  });
});
