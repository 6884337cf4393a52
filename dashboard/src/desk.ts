import { inject, provide, ref, type InjectionKey, type Ref } from "vue";

/** What may stand beside the map: 对象, 趋势, 区县, 设备台账. */
export type Panel = "list" | "trend" | "districts" | "devices";

/** What the operator has chosen. Only the operator changes it, never data. */
export interface Desk {
  /** The layer whose entities are listed; null: the first one declared. */
  readonly listedLayer: Ref<string | null>;
  readonly panel: Ref<Panel>;
  /** The tile whose trend is shown; null: the first one declared. */
  readonly trendTile: Ref<string | null>;
  /** 周边分析 around the selected entity: its radius in metres; null: none. */
  readonly nearby: Ref<number | null>;
  readonly selectedEntity: Ref<string | null>;
  readonly selectedAlert: Ref<string | null>;
  readonly hiddenLayers: Ref<ReadonlySet<string>>;
  /** A wish to move the map; a new object each time, so that the same place can be asked for twice. */
  readonly locate: Ref<{ readonly at: readonly [number, number] } | null>;
}

const KEY: InjectionKey<Desk> = Symbol("desk");

export function provideDesk(): Desk {
  const desk: Desk = {
    listedLayer: ref(null),
    panel: ref("list"),
    trendTile: ref(null),
    nearby: ref(null),
    selectedEntity: ref(null),
    selectedAlert: ref(null),
    hiddenLayers: ref(new Set()),
    locate: ref(null),
  };
  provide(KEY, desk);
  return desk;
}

export function useDesk(): Desk {
  const desk = inject(KEY);
  if (desk === undefined) throw new Error("no desk was provided above this component");
  return desk;
}
