/** Styles in files of their own: the page's content security policy refuses injected ones. */
export default { compilerOptions: { css: 'external', runes: true } };
