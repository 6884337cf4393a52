import { afterEach, describe, expect, it } from "vitest";
import { language, setLanguage, t, titleOf } from "../../src/i18n";
import { en } from "../../src/i18n/en";
import { zh } from "../../src/i18n/zh";

const holes = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();

afterEach(() => setLanguage("zh"));

describe("messages", () => {
  it("are all there in both languages", () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
    expect([...Object.values(en), ...Object.values(zh)].filter((each) => each.trim() === "")).toEqual([]);
  });

  it.each(Object.entries(zh))("%s has the same parameters in both", (key, text) => {
    expect(holes(en[key as keyof typeof zh])).toEqual(holes(text));
  });

  it("fill in parameters as text", () => {
    expect(t("age.seconds", { n: 3 })).toBe("3 秒前");
    expect(t("list.none", { text: "<b>" })).toContain("<b>");
  });

  it("set the language of the document", () => {
    setLanguage("en");
    expect([language.value, document.documentElement.lang]).toEqual(["en", "en"]);
  });

  it("fall back to the Chinese title where a declaration has no English one", () => {
    setLanguage("en");
    expect(titleOf({ title: "停车场", title_en: "" })).toBe("停车场");
  });
});
