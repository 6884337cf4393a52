import { afterEach, describe, expect, it, vi } from "vitest";
import { nextTick } from "vue";
import AlertPanel from "../../src/alerts/AlertPanel.vue";
import AlertRow from "../../src/alerts/AlertRow.vue";
import type { Alert } from "../../src/stream/protocol";
import { found, page, type Page } from "../page";
import { acknowledgement, alert, assessment, CITY_TIME } from "../samples";

afterEach(() => vi.unstubAllGlobals());

const ID = "parking/saturated/zhongjie#1";

/** The panel with one alert selected. */
async function desk(change: Partial<Alert> = {}): Promise<Page> {
  const opened = await page(AlertPanel, {});
  opened.city.learnAlert(alert("zhongjie", change));
  opened.desk.selectedAlert.value = ID;
  await nextTick();
  return opened;
}

/** A hub that gives one answer; what it was sent is kept. */
function hub(status: number, body: unknown): { path: string; body: unknown }[] {
  const sent: { path: string; body: unknown }[] = [];
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    sent.push({ path, body: JSON.parse(init.body as string) });
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
  return sent;
}

function key(target: Element | null, name: string): void {
  target?.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
}

async function send(form: string, opinion: string): Promise<void> {
  const field = found<HTMLTextAreaElement>(`${form}-opinion`);
  field.value = opinion;
  field.dispatchEvent(new InputEvent("input"));
  found(`${form}-form`).dispatchEvent(new SubmitEvent("submit", { cancelable: true }));
  await vi.waitFor(() => expect(found(`${form}-form`).dataset["outcome"]).not.toMatch(/editing|sending/));
  await nextTick();
}

describe("研判", () => {
  it("is opened by J, answered by a digit, and sent with answer and opinion", async () => {
    const judged = { version: 2, acknowledged: acknowledgement, assessment: assessment("false") };
    const sent = hub(200, { outcome: "done", alert: alert("zhongjie", judged) });
    const { city, text } = await desk();
    key(found("alert-detail"), "j");
    await nextTick();
    key(document.querySelector("fieldset"), "2");
    await nextTick();
    expect(found<HTMLInputElement>("assess-answer-false").checked).toBe(true);
    expect(document.activeElement).toBe(found("assess-opinion"));
    await send("assess", "视频未见积水");
    expect(sent).toEqual([
      {
        path: `/api/alerts/${encodeURIComponent(ID)}/assess`,
        body: { version: 1, by: "operator", opinion: "视频未见积水", answer: "false" },
      },
    ]);
    expect(text()).toContain("已研判：误报");
    expect(city.alert(ID)?.assessment?.answer).toBe("false");
  });

  it("asks for the answer first, then for the opinion", async () => {
    const sent = hub(200, {});
    const { text } = await desk();
    found("assess-open").click();
    await nextTick();
    found("assess-form").dispatchEvent(new SubmitEvent("submit", { cancelable: true }));
    await nextTick();
    expect(text()).toContain("请先选研判结论");
    found("assess-answer-real").click();
    await nextTick();
    found("assess-form").dispatchEvent(new SubmitEvent("submit", { cancelable: true }));
    await nextTick();
    expect(text()).toContain("请填写意见");
    expect(sent).toEqual([]);
  });

  it("says who was first, and may be sent again", async () => {
    const first = { version: 2, acknowledged: acknowledgement, assessment: { ...assessment("real"), by: "张三" } };
    hub(409, { outcome: "conflict", reason: "", alert: alert("zhongjie", first) });
    const { text } = await desk();
    found("assess-open").click();
    await nextTick();
    found("assess-answer-pending").click();
    await nextTick();
    await send("assess", "待现场核实");
    expect(text()).toContain("张三 已于 16:00:00 研判为“真实”");
    expect(found<HTMLTextAreaElement>("assess-opinion").value).toBe("待现场核实");
  });

  it("stays possible after 受理, which does not", async () => {
    await desk({ acknowledged: acknowledgement });
    expect(document.querySelector('[data-testid="ack-open"]')).toBeNull();
    key(found("alert-detail"), "a");
    key(found("alert-detail"), "j");
    await nextTick();
    expect(document.querySelector("form")?.dataset["testid"]).toBe("assess-form");
  });
});

describe("an alert", () => {
  it("is a proposal until it is judged real", async () => {
    expect((await desk()).text()).toContain("建议等级");
    expect((await desk({ acknowledged: acknowledgement, assessment: assessment("pending") })).text()).toContain("建议等级");
    expect((await desk({ acknowledged: acknowledgement, assessment: assessment("real") })).text()).not.toContain("建议等级");
  });

  it("tells who judged it, when and how", async () => {
    const { text } = await desk({ acknowledged: acknowledgement, assessment: assessment("real") });
    expect(text()).toContain("值班员 于 16:00:00 研判为“真实”");
  });

  it("that became graver is to be judged anew; what was judged before is said to be so", async () => {
    const { text } = await desk({ assessment: assessment("false") });
    expect(text()).toMatch(/研判为“误报”.*等级加重前/);
  });

  it.each([
    ["待研判", {}],
    ["待研判", { acknowledged: acknowledgement }],
    ["待研判", { assessment: assessment("false") }],
    ["真实", { acknowledged: acknowledgement, assessment: assessment("real") }],
    ["误报", { acknowledged: acknowledgement, assessment: assessment("false") }],
    ["待核", { acknowledged: acknowledgement, assessment: assessment("pending"), cleared: CITY_TIME }],
  ] as const)("says %s in its row", async (word, change) => {
    await page(AlertRow, { alert: alert("zhongjie", change), current: false, selected: false });
    expect(found("alert-answer").textContent.trim()).toBe(word);
    expect(found("alert-row").classList.contains("dismissed")).toBe(word === "误报");
  });
});
