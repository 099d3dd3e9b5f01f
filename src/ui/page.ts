import { mount } from 'svelte';
import { sweep } from '../store/sweep.ts';
import { KeptTokens } from '../store/tokens.ts';
import { TrainerClient } from '../worker/trainer_client.ts';
import App from './App.svelte';
import { keepForOffline } from './offline.ts';
import { storedRuns } from './state/ports.ts';
import './styles/base.css';

/** Mounts the page for a person, with the training worker and the runs of this browser. */
export function showPage(): void {
  const target = document.getElementById('app');
  if (!target) throw new Error('index.html has no element #app');
  const app = mount(App, { target, props: { trainer: new TrainerClient(), library: storedRuns } });
  sweep().then(() => new KeptTokens().sweep()).catch(app.report);
  // Without a service worker, as in private windows of some browsers, the page works all the same while it is online.
  keepForOffline(() => !app.busy()).catch(() => undefined);
}
