import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';
import { assemblyScript } from './scripts/assemblyscript_plugin.ts';
import { appFiles } from './scripts/build/app_files.ts';
import { thirdParty } from './scripts/build/third_party.ts';

const licences = thirdParty();
const output = { comments: false };

/** The page, its training worker and its service worker, as static files that work under any sub-path. */
export default defineConfig({
  base: './',
  plugins: [svelte(), assemblyScript(), licences.collect(), licences.write(), appFiles()],
  worker: { format: 'es', plugins: () => [assemblyScript(), licences.collect()], rolldownOptions: { output } },
  build: { target: 'es2023', chunkSizeWarningLimit: 2000, rolldownOptions: { output } },
});
