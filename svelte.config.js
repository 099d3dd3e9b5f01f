/** Styles in files of their own: the page's content security policy refuses injected ones. Runes in all our components. */
export default {
  compilerOptions: { css: 'external' },
  vitePlugin: {
    dynamicCompileOptions: ({ filename }) => (filename.includes('node_modules') ? undefined : { runes: true }),
  },
};
