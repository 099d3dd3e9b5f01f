import type { ResultRow } from '../experiment/run.ts';
import type { ModelConfig } from '../model/config.ts';
import type { HostTensor } from '../model/weights.ts';
import type { HealthState } from '../train/health.ts';
import type { LoopState } from '../train/loop.ts';
import type { ExperimentState } from './experiment_state.ts';

/** The part of an experiment's state that is plain JSON. */
export interface CheckpointState {
  readonly version: 1;
  readonly armIndex: number;
  readonly rows: readonly ResultRow[];
  readonly armSeconds: number;
  readonly config: ModelConfig | null;
  readonly loop: (HealthState & { readonly step: number; readonly updates: number }) | null;
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
      loop: live ? packLoop(live.loop) : null,
    },
    tensors: [
      ...named('live', live?.parameters),
      ...named('moments', live?.loop.optimizer.moments),
      ...named('exported', state.exported),
      ...named('teacher', state.teacher),
    ],
  };
}

function packLoop({ optimizer, ...rest }: LoopState): NonNullable<CheckpointState['loop']> {
  return { ...rest, updates: optimizer.updates };
}

/** Puts a state together again; the inverse of `packState`, bit for bit. */
export function unpackState(state: CheckpointState, tensors: readonly CheckpointTensor[]): ExperimentState {
  const under = (prefix: string) => new Map(tensors.filter(({ name }) => name.startsWith(`${prefix}/`)).map(({ name, shape, data }) => [name.slice(prefix.length + 1), { shape, data }]));
  const [exported, teacher] = [under('exported'), under('teacher')];
  return {
    armIndex: state.armIndex,
    rows: state.rows,
    armSeconds: state.armSeconds,
    ...(state.config ? { config: state.config } : {}),
    ...(state.loop ? { live: { parameters: under('live'), loop: unpackLoop(state.loop, under('moments')) } } : {}),
    ...(exported.size > 0 ? { exported } : {}),
    ...(teacher.size > 0 ? { teacher } : {}),
  };
}

function unpackLoop({ updates, ...rest }: NonNullable<CheckpointState['loop']>, moments: ReadonlyMap<string, HostTensor>): LoopState {
  return { ...rest, optimizer: { updates, moments } };
}
