import js from "@eslint/js";
import vue from "eslint-plugin-vue";
import globals from "globals";
import ts from "typescript-eslint";
import vueParser from "vue-eslint-parser";

export default ts.config(
  { ignores: ["dist/", "node_modules/", "public/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.vue"],
    extends: [...ts.configs.strictTypeChecked, ...ts.configs.stylistic, ...vue.configs["flat/recommended"]],
    languageOptions: {
      globals: globals.browser,
      parser: vueParser,
      parserOptions: {
        parser: ts.parser,
        project: ["./tsconfig.json", "./tsconfig.node.json"],
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: [".vue"],
      },
    },
    rules: {
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "no-console": "error",
      "no-undef": "off", // the compiler knows better
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // Everything on the screen is text: markup from data cannot be drawn.
      "vue/no-v-html": "error",
      "vue/max-attributes-per-line": "off",
      "vue/singleline-html-element-content-newline": "off",
      "vue/html-self-closing": ["error", { html: { void: "always" } }],
      "vue/multi-word-component-names": "off",
    },
  },
  // ESLint's own type information knows nothing of .vue modules; vue-tsc does.
  { files: ["src/main.ts", "tests/**/*.ts"], rules: { "@typescript-eslint/no-unsafe-argument": "off" } },
  { files: ["tests/**/*.ts"], rules: { "max-lines-per-function": "off" } },
  { files: ["**/*.js", "**/*.mjs"], languageOptions: { globals: globals.node } },
);
