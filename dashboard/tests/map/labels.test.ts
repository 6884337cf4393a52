import { describe, expect, it } from "vitest";
import { LabelBoard, labelText, type Box } from "../../src/map/labels";
import type { Marker } from "../../src/map/points";
import { LOTS } from "../page";
import { entity } from "../samples";

const box = (left: number, top: number): Box => ({ left, top, width: 50, height: 20 });

describe("a label", () => {
  it("finds no place over another, also across the rows of the board", () => {
    const board = new LabelBoard(20);
    board.take(box(0, 15));
    expect([box(10, 30), box(49, 0), box(10, 36), box(51, 15)].map((each) => board.isFree(each))).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it("says an abnormal level in words, and of a stale entity no number", () => {
    const of = (look: Marker["look"], change: Parameters<typeof entity>[1]): string =>
      labelText({ entity: entity("甲", change), look }, LOTS, false);
    expect(of("orange", { level: "full" })).toBe("满位 20个");
    expect(of("normal", {})).toBe("20个");
    expect(of("stale", { stale: true })).toBe("数据延迟");
  });

  it("is cut where it is too long for the map", () => {
    const long = entity("很长很长很长很长很长很长很长很长的名字");
    const marker = { entity: long, look: "normal" } as const;
    expect(labelText(marker, LOTS, true)).toMatch(/^很长.{18}$/);
  });
});
