import { describe, expect, it } from "vitest";
import type { FieldSpec } from "../../src/api/specs";
import { showField, showValue } from "../../src/format/field";
import { entity } from "../samples";

const FREE: FieldSpec = { name: "availableSpotNumber", title: "空余泊位", title_en: "Free", unit: "个", kind: "number" };

describe("a field", () => {
  it("shows figure and unit", () => {
    expect(showField(entity("a"), FREE, null)).toEqual({ text: "20", unit: "个", missing: false });
  });

  it("of a stale entity says 数据延迟 and never the number", () => {
    expect(showField(entity("a", { stale: true }), FREE, null)).toEqual({ text: "数据延迟", unit: "", missing: true });
  });

  it.each([[undefined], [null], [{}]])("without a value (%s) says so in words", (value) => {
    expect(showValue(value, FREE, null)).toEqual({ text: "无数据", unit: "", missing: true });
  });

  it("reads each kind in its own way", () => {
    const show = (value: string | number | boolean, kind: FieldSpec["kind"]): string =>
      showValue(value, { kind, unit: "" }, Date.parse("2026-11-23T08:00:00Z")).text;
    expect(show(0.5, "percent")).toBe("50.0%");
    expect(show(true, "boolean")).toBe("是");
    expect(show("2026-11-23T07:30:00.000Z", "time")).toBe("15:30:00");
    expect(show("<img src=x>", "text")).toBe("<img src=x>");
  });
});
