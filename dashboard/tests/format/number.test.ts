import { describe, expect, it } from "vitest";
import { formatCount, formatNumber, formatPercent } from "../../src/format/number";

describe("numbers", () => {
  it.each([
    [0, "0"],
    [9_999, "9,999"],
    [10_000, "1.00万"],
    [32_879, "3.29万"],
    [111_000, "11.1万"],
    [1_234_567, "123万"],
    [99_999_999, "1.00亿"],
    [345_000_000, "3.45亿"],
    [-20, "−20"],
    [-12_345, "−1.23万"],
    [12.345, "12.3"],
    [1.239, "1.24"],
    [0.1 + 0.2, "0.3"],
  ])("%d reads %s in Chinese", (value, text) => {
    expect(formatNumber(value, "zh")).toBe(text);
  });

  it.each([
    [32_879, "32,879"],
    [1_234_567, "1.23M"],
    [2_500_000_000, "2.50B"],
  ])("%d reads %s in English", (value, text) => {
    expect(formatNumber(value, "en")).toBe(text);
  });

  it("keeps every digit of a count", () => {
    expect([formatCount(49_991), formatCount(7)]).toEqual(["49,991", "7"]);
  });

  it("shows a fraction as percent with one decimal, so that its width holds still", () => {
    expect([formatPercent(0.953), formatPercent(1), formatPercent(-0.05), formatPercent(Number.NaN)]).toEqual([
      "95.3%",
      "100.0%",
      "−5.0%",
      "—",
    ]);
  });
});
