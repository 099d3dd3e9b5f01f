import type { ResultRow } from '../experiment/run.ts';
import type { ModelConfig } from '../model/config.ts';
import type { HostTensor } from '../model/weights.ts';
import type { HealthState } from '../train/health.ts';
import type { LoopState } from '../train/loop.ts';
import type { ExperimentState, Watching } from './experiment_state.ts';

/** The part of an experiment's state that is plain JSON. Version 1 had neither stages nor a best loss. */
export interface CheckpointState {
  readonly version: 1 | 2;
  readonly armIndex: number;
  readonly rows: readonly ResultRow[];
  readonly armSeconds: number;
  readonly config: ModelConfig | null;
  readonly loop: (HealthState & { readonly step: number; readonly updates: number }) | null;
  readonly stage?: number;
  readonly bestLoss?: number | null;
  readonly watching?: { readonly step: number; readonly loss?: number; readonly waited: number; readonly best?: { readonly step: number; readonly value: number } } | null;
  readonly hours?: number | null;
  readonly origin?: string | null;
}

/** One tensor of a checkpoint; the first part of its name says what it belongs to. */
export interface CheckpointTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const named = (prefix: string, tensors: ReadonlyMap<string, HostTensor> | undefined): CheckpointTensor[] => [...(tensors ?? [])].map(([name, tensor]) => ({ name: `${prefix}/${name}`, ...tensor }));

/** Splits a state into JSON and tensors. */
export function packState(state: ExperimentState): { state: CheckpointState; tensors: CheckpointTensor[] } {
  const { live, best } = state;
  return {
    state: {
      version: 2,
      armIndex: state.armIndex,
      rows: state.rows,
      armSeconds: state.armSeconds,
      config: state.config ?? null,
      loop: live?.loop ? packLoop(live.loop) : null,
      stage: state.stage,
      bestLoss: best?.loss ?? null,
      watching: state.watching ? packWatching(state.watching) : null,
      hours: state.hours ?? null,
      origin: state.origin ?? null,
    },
    tensors: [
      ...named('live', live?.parameters),
      ...named('moments', live?.loop?.optimizer.moments),
      ...named('memory', live?.loop?.memory),
      ...named('best', best?.parameters),
      ...named('chosen', state.watching?.best?.parameters),
      ...named('exported', state.exported),
      ...named('teacher', state.teacher),
    ],
  };
}

function packLoop({ optimizer, memory: _memory, ...rest }: LoopState): NonNullable<CheckpointState['loop']> {
  return { ...rest, updates: optimizer.updates };
}

function packWatching({ best, ...rest }: Watching): NonNullable<CheckpointState['watching']> {
  return { ...rest, ...(best ? { best: { step: best.step, value: best.value } } : {}) };
}

function unpackWatching({ best, ...rest }: NonNullable<CheckpointState['watching']>, chosen: ReadonlyMap<string, HostTensor>): Watching {
  return { ...rest, ...(best ? { best: { ...best, ...(chosen.size > 0 ? { parameters: chosen } : {}) } } : {}) };
}

/** Puts a state together again; the inverse of `packState`, bit for bit. */
export function unpackState(state: CheckpointState, tensors: readonly CheckpointTensor[]): ExperimentState {
  const under = (prefix: string) => new Map(tensors.filter(({ name }) => name.startsWith(`${prefix}/`)).map(({ name, shape, data }) => [name.slice(prefix.length + 1), { shape, data }]));
  const [parameters, best, exported, teacher] = [under('live'), under('best'), under('exported'), under('teacher')];
  const loop = state.loop ? { loop: unpackLoop(state.loop, under('moments'), under('memory')) } : {};
  return {
    armIndex: state.armIndex,
    rows: state.rows,
    armSeconds: state.armSeconds,
    stage: state.stage ?? 0,
    ...(state.config ? { config: state.config } : {}),
    ...(state.watching ? { watching: unpackWatching(state.watching, under('chosen')) } : {}),
    ...(typeof state.hours === 'number' ? { hours: state.hours } : {}),
    ...(typeof state.origin === 'string' ? { origin: state.origin } : {}),
    ...(parameters.size > 0 ? { live: { parameters, ...loop } } : {}),
    ...(typeof state.bestLoss === 'number' ? { best: { loss: state.bestLoss, parameters: best } } : {}),
    ...(exported.size > 0 ? { exported } : {}),
    ...(teacher.size > 0 ? { teacher } : {}),
  };
}

function unpackLoop({ updates, ...rest }: NonNullable<CheckpointState['loop']>, moments: ReadonlyMap<string, HostTensor>, memory: ReadonlyMap<string, HostTensor>): LoopState {
  return { ...rest, optimizer: { updates, moments }, ...(memory.size > 0 ? { memory } : {}) };
}
