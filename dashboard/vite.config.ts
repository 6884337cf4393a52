import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds a hub: a running `cityhub serve`, or `npm run fake`. */
const HUB = process.env["CITYHUB_URL"] ?? "http://127.0.0.1:8123";

export default defineConfig({
  base: "/",
  plugins: [vue()],
  build: {
    target: "es2022",
    // The content security policy allows no inline code and no data: scripts or fonts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": { target: HUB },
      "/ws": { target: HUB, ws: true },
    },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "happy-dom" },
});
