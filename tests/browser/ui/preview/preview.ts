/** The page with a scripted worker, to look at it: `vite`, then /tests/browser/ui/preview/?until=120 (steps; without: a whole run). */
import { mount } from 'svelte';
import { PRESETS } from '../../../../src/experiment/presets.ts';
import App from '../../../../src/ui/App.svelte';
import '../../../../src/ui/styles/base.css';
import { FakeLibrary, FakeTrainer, record } from '../fake_lab.ts';

const query = new URLSearchParams(location.search);
const recipe = PRESETS[0]!.recipe;
const runs = query.has('runs') ? [record(recipe), record(PRESETS[3]!.recipe, { id: 'other', state: 'stopped', rows: [], arm: 'distilled', step: 120 })] : [];
const trainer = new FakeTrainer(Number(query.get('until') ?? Infinity));
mount(App, { target: document.getElementById('app')!, props: { trainer, library: new FakeLibrary(runs) } });
