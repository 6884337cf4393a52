import { inject, provide, ref, type InjectionKey, type Ref } from "vue";

/** What the operator has chosen. Only the operator changes it, never data. */
export interface Desk {
  /** The layer whose entities are listed; null: the first one declared. */
  readonly listedLayer: Ref<string | null>;
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
