// How the client is built: hashed files into the server's package, nothing inlined, so that a strict CSP holds.
import { defineConfig } from 'vitest/config';

const here = (path: string) => decodeURIComponent(new URL(path, import.meta.url).pathname);

// openapi-explorer writes styles into its templates: there they get the number of the answer (`docs/numbered.ts`).
const numbered = {
  name: 'numbered-styles',
  transform: (code: string, id: string) =>
    id.includes('openapi-explorer') ? code.replaceAll('<style>', '<style nonce="${globalThis.litNonce}">') : null,
};

export default defineConfig({
  plugins: [numbered],
  resolve: { alias: { '@': here('./src') } },
  // The server writes a number of its own into each answer, in this word's place (`web/api.py`).
  html: { cspNonce: 'palaver-nonce' },
  build: {
    outDir: here('../src/palaver/web/dist'),
    emptyOutDir: true,
    target: ['es2022', 'chrome123', 'firefox121', 'safari17.5'],
    // An inlined asset would be a `data:` URL, which the policy allows for images only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The page itself, and the description of the API twice: to try (`/docs`) and to read (`/redoc`).
    rolldownOptions: { input: ['index.html', 'docs.html', 'redoc.html'].map(name => here(`./${name}`)) },
    // The two renderers of that description are large; nobody loads them who does not open those pages.
    chunkSizeWarningLimit: 2000,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8321' } },
  test: { environment: 'jsdom', include: ['tests/**/*.test.{ts,tsx}'] },
});
