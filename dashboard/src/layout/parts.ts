import type { Table } from "../stream/table";

/** What the foot line can say; what the hub does not give is null and left out. */
export interface FootFacts {
  readonly devicesOnline: number | null;
  readonly devicesTotal: number | null;
  readonly eventsPerSecond: number | null;
  readonly gaps: number | null;
  /** Parts of the hub that are not ready, with the hub's own words on why. */
  readonly notReady: readonly { readonly name: string; readonly detail: string }[];
}

type Parts = Readonly<Record<string, unknown>>;

/**
 * Reads `parts` of a beat: `devices: {online, total}`, `events_per_second`, `gaps`, and any further
 * name as a part of the hub, `{ok, detail}`.
 */
export function readParts(parts: Parts): FootFacts {
  const devices = isRecord(parts["devices"]) ? parts["devices"] : {};
  return {
    devicesOnline: count(devices["online"]),
    devicesTotal: count(devices["total"]),
    eventsPerSecond: count(parts["events_per_second"]),
    gaps: count(parts["gaps"]),
    notReady: Object.entries(parts).flatMap(([name, part]) =>
      isRecord(part) && part["ok"] === false ? [{ name, detail: words(part["detail"]) }] : [],
    ),
  };
}

function isRecord(value: unknown): value is Parts {
  return typeof value === "object" && value !== null;
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

const words = (value: unknown): string => (typeof value === "string" ? value : "");

/** Of what data says where it comes from (`simulated`, a boolean): all, some or none is simulated. */
export function simulatedShare(tables: Iterable<Table>): "all" | "some" | "none" {
  let simulated = 0;
  let real = 0;
  for (const table of tables) {
    for (const slot of table.used()) {
      const said = table.value(slot, "simulated");
      if (said === true) simulated += 1;
      else if (said === false) real += 1;
    }
  }
  if (simulated === 0) return "none";
  return real === 0 ? "all" : "some";
}
