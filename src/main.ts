const driven = new URLSearchParams(location.search).has('driven');

// The command line brings its own job and its own worker: the page for a person stays away then.
if (driven) await import('./ui/driven.ts');
else await import('./ui/page.ts').then(({ showPage }) => showPage());

export {};
