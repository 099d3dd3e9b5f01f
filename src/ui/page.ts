import { mount } from 'svelte';
import { TrainerClient } from '../worker/trainer_client.ts';
import App from './App.svelte';
import { storedRuns } from './state/ports.ts';
import './styles/base.css';

/** Mounts the page for a person, with the training worker and the runs of this browser. */
export function showPage(): void {
  const target = document.getElementById('app');
  if (!target) throw new Error('index.html has no element #app');
  mount(App, { target, props: { trainer: new TrainerClient(), library: storedRuns } });
}
