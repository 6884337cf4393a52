import { onBeforeUnmount, onMounted, shallowRef, type ShallowRef } from "vue";
import { getTrends, type Trend } from "../api/city";

/** How often trends are asked for, ms: their points are two city minutes apart. */
const EVERY_MS = 20_000;

const trends: ShallowRef<ReadonlyMap<string, Trend>> = shallowRef(new Map());
let readers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

async function load(): Promise<void> {
  if (document.hidden) return;
  try {
    trends.value = new Map((await getTrends()).map((each) => [each.name, each]));
  } catch {
    // What is shown stays; the line itself says that the hub is away.
  }
}

/** The trends of all tiles, fetched for as long as anybody reads them. */
export function useTrends(): ShallowRef<ReadonlyMap<string, Trend>> {
  onMounted(() => {
    readers += 1;
    if (readers > 1) return;
    void load();
    timer = setInterval(() => void load(), EVERY_MS);
  });
  onBeforeUnmount(() => {
    readers -= 1;
    if (readers === 0) clearInterval(timer);
  });
  return trends;
}

/** A line through points within a box, as SVG path data; empty for fewer than two points. */
export function sparkline(points: Trend["points"], width: number, height: number): string {
  const [first] = points;
  const last = points.at(-1);
  if (first === undefined || last === undefined || points.length < 2) return "";
  const values = points.map(([, value]) => value);
  const low = Math.min(...values);
  const range = Math.max(...values) - low;
  const span = last[0] - first[0] || 1;
  return points
    .map(([at, value], index) => {
      const x = ((at - first[0]) / span) * width;
      // What never changed lies at the bottom: a flat line is calm.
      const y = range === 0 ? height - 1 : height - 1 - ((value - low) / range) * (height - 2);
      return `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}
