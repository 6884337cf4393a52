import { onBeforeUnmount, ref, type Ref } from "vue";

/** Whether a media query holds, and follows it. */
export function useMedia(query: string): Ref<boolean> {
  const list = window.matchMedia(query);
  const holds = ref(list.matches);
  const follow = (): void => {
    holds.value = list.matches;
  };
  list.addEventListener("change", follow);
  onBeforeUnmount(() => list.removeEventListener("change", follow));
  return holds;
}
