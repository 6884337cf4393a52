import { computed, ref, shallowRef, watch, type ComputedRef, type Ref } from "vue";
import type { City } from "../city";
import { NO_TALLY, tallyOf, type Tally } from "./tally";

/** Data changes four times a second; lists and counts follow once a second, or nobody can read them. */
const EVERY_MS = 1_000;

/**
 * Runs `renew` after data has changed, at most once a second; not while `held`, and at once when
 * it is `urgent`.
 */
export function afterData(
  city: Pick<City, "dataTick" | "now">,
  renew: () => void,
  { held = ref(false), urgent = () => false }: { held?: Ref<boolean>; urgent?: () => boolean } = {},
): void {
  let renewedAt = -Infinity;
  let outdated = false;
  watch(city.dataTick, () => {
    outdated = true;
  });
  // City time is renewed four times a second: what was put off then gets its turn.
  watch([city.dataTick, city.now, held], () => {
    const due = urgent() || performance.now() - renewedAt >= EVERY_MS;
    if (!outdated || held.value || !due) return;
    outdated = false;
    renewedAt = performance.now();
    renew();
  });
}

/** How each layer stands, by its name. */
export function useTallies(city: City): ComputedRef<(layer: string) => Tally> {
  const tallies = shallowRef<ReadonlyMap<string, Tally>>(new Map());
  const renew = (): void => {
    tallies.value = new Map(
      city.layers.value.map((spec) => [spec.name, tallyOf(spec, city.model.tables.get(spec.name))]),
    );
  };
  watch(city.layers, renew, { immediate: true });
  afterData(city, renew);
  return computed(() => {
    const held = tallies.value;
    return (layer) => held.get(layer) ?? NO_TALLY;
  });
}
