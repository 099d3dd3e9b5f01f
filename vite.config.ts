import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

/** The page, its training worker and its service worker, as static files that work under any sub-path. */
export default defineConfig({
  base: './',
  plugins: [svelte()],
  worker: { format: 'es', rolldownOptions: { output: { comments: false } } },
  build: { target: 'es2023', chunkSizeWarningLimit: 2000, rolldownOptions: { output: { comments: false } } },
});
