import type { City } from "../city";
import { nameOf } from "../i18n";
import type { Alert } from "../stream/protocol";

/** Where an alert is, in words: its district, then its object, or else the key of its place. */
export function placeOf(alert: Alert, city: Pick<City, "entity" | "districts">): string {
  const object = alert.entity === null ? undefined : city.entity(alert.entity)?.title;
  const district = alert.district === null ? undefined : city.districts.value.get(alert.district);
  const words = [district === undefined ? undefined : nameOf(district), object ?? alert.place];
  return words.filter((word) => word !== undefined && word !== "").join(" · ");
}
