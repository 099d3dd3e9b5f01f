import type { Objective, ObjectiveInputs, ObjectiveSetting } from './objective.ts';
import { mergeTaps } from './pairs.ts';

type Described = Pick<Objective, 'name' | 'aliases' | 'title' | 'about' | 'formula' | 'source' | 'released'>;

/** An objective with other initial values of its mapping and parameters, under another name. */
export function variant(of: Objective, described: Described, defaults: { readonly mapping?: Objective['mapping']; readonly parameters?: Readonly<Record<string, number>> }): Objective {
  const filled = <S extends ObjectiveSetting>(setting: S): S => ({ ...setting, parameters: { ...defaults.parameters, ...setting.parameters } });
  return {
    ...of,
    ...described,
    mapping: defaults.mapping ?? of.mapping,
    ...(of.taps && { taps: (setting, step) => of.taps!(filled(setting), step) }),
    ...(of.trainables && { trainables: (setting) => of.trainables!(filled(setting)) }),
    ...(of.memory && { memory: (setting) => of.memory!(filled(setting)) }),
    loss: (inputs) => of.loss(filled(inputs)),
  };
}

/** The sum of objectives with weights 1 : 1, as one objective: the terms of all, one mapping, one set of parameters. */
export function sumOf(parts: readonly Objective[], described: Described, parameters: Readonly<Record<string, number>> = {}): Objective {
  const filled = <S extends ObjectiveSetting>(setting: S): S => ({ ...setting, parameters: { ...parameters, ...setting.parameters } });
  return {
    ...described,
    needs: { teacherLogits: parts.some(({ needs }) => needs.teacherLogits) },
    controls: parts.flatMap(({ controls }) => controls),
    mapping: parts[0]!.mapping,
    taps: (setting, step) => mergeTaps(...parts.flatMap((part) => part.taps?.(filled(setting), step) ?? [])),
    trainables: (setting) => parts.flatMap((part) => part.trainables?.(filled(setting)) ?? []),
    loss: (inputs: ObjectiveInputs) => Object.assign({}, ...parts.map((part) => part.loss(filled(inputs)))) as ReturnType<Objective['loss']>,
  };
}
