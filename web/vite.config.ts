import react from "@vitejs/plugin-react";
import { defineConfig, loadEnv } from "vite";

// The page is served by visavis under a policy without inline scripts, styles and data: addresses, so that
// nothing may be inlined; `npm run dev` passes what is not the page on to a server that runs.
const SERVER = loadEnv("", ".", "VISAVIS_")["VISAVIS_SERVER"] ?? "http://127.0.0.1:8000";
const ROUTES = ["/api", "/avatar/", "/voice/", "/consent", "/health"];

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/visavis/server/page",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ["chrome111", "firefox114", "safari16.4"],
    reportCompressedSize: false,
  },
  server: {
    proxy: {
      ...Object.fromEntries(ROUTES.map((route) => [route, SERVER])),
      "/ws": { target: SERVER, ws: true },
    },
  },
});
