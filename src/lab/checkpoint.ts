import type { ResultRow } from '../experiment/run.ts';
import type { ModelConfig } from '../model/config.ts';
import type { HostTensor } from '../model/weights.ts';
import type { ExperimentState } from './experiment_state.ts';

/** The part of an experiment's state that is plain JSON. */
export interface CheckpointState {
  readonly version: 1;
  readonly armIndex: number;
  readonly rows: readonly ResultRow[];
  readonly armSeconds: number;
  readonly config: ModelConfig | null;
  readonly loop: { readonly step: number; readonly updates: number; readonly skippedSteps: readonly number[] } | null;
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
  const { live } = state;
  return {
    state: {
      version: 1,
      armIndex: state.armIndex,
      rows: state.rows,
      armSeconds: state.armSeconds,
      config: state.config ?? null,
      loop: live ? { step: live.loop.step, updates: live.loop.optimizer.updates, skippedSteps: live.loop.skippedSteps } : null,
    },
    tensors: [
      ...named('live', live?.parameters),
      ...named('moments', live?.loop.optimizer.moments),
      ...named('exported', state.exported),
      ...named('teacher', state.teacher),
    ],
  };
}

/** Puts a state together again; the inverse of `packState`, bit for bit. */
export function unpackState(state: CheckpointState, tensors: readonly CheckpointTensor[]): ExperimentState {
  const under = (prefix: string) => new Map(tensors.filter(({ name }) => name.startsWith(`${prefix}/`)).map(({ name, shape, data }) => [name.slice(prefix.length + 1), { shape, data }]));
  const [exported, teacher] = [under('exported'), under('teacher')];
  const { loop } = state;
  const optimizer = { updates: loop?.updates ?? 0, moments: under('moments') };
  return {
    armIndex: state.armIndex,
    rows: state.rows,
    armSeconds: state.armSeconds,
    ...(state.config ? { config: state.config } : {}),
    ...(loop ? { live: { parameters: under('live'), loop: { step: loop.step, skippedSteps: loop.skippedSteps, optimizer } } } : {}),
    ...(exported.size > 0 ? { exported } : {}),
    ...(teacher.size > 0 ? { teacher } : {}),
  };
}
