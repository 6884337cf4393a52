import { ref } from "vue";
import { en } from "./en";
import { zh, type MessageKey } from "./zh";

export type Language = "zh" | "en";
export type { MessageKey };

const MESSAGES: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { zh, en };
const STORAGE_KEY = "cityhub.language";

export const language = ref<Language>("zh");

/** Sets the language of page and document, and keeps it for the next visit. */
export function setLanguage(next: Language): void {
  language.value = next;
  document.documentElement.lang = next === "zh" ? "zh-CN" : "en";
  localStorage.setItem(STORAGE_KEY, next);
}

export function restoreLanguage(): void {
  if (localStorage.getItem(STORAGE_KEY) === "en") setLanguage("en");
}

/** The message in the current language; `{name}` is replaced by the parameter of that name. */
export function t(key: MessageKey, parameters: Readonly<Record<string, string | number>> = {}): string {
  return MESSAGES[language.value][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(parameters[name] ?? whole),
  );
}

export function isMessageKey(key: string): key is MessageKey {
  return key in zh;
}

/** Declared things bring both titles; an empty English one falls back to Chinese. */
export function titleOf(thing: { readonly title: string; readonly title_en?: string }): string {
  if (language.value === "zh") return thing.title;
  return thing.title_en === undefined || thing.title_en === "" ? thing.title : thing.title_en;
}

export function nameOf(thing: { readonly name: string; readonly name_en?: string }): string {
  return titleOf({ title: thing.name, title_en: thing.name_en ?? "" });
}
