import { OPERATOR } from "../api/decide";
import { t } from "../i18n";

/** Who acted, in words: until there are accounts everybody is the operator on duty. */
export const personOf = (by: string): string => (by === OPERATOR ? t("operator") : by);
