/**
 * What a step on masked texts saves, each against its plain form, in turn in one run: the head at masked positions, the teacher
 * no deeper than the mapping needs and outside of the tape, the decoder without logits of every token.
 *
 *   npm run bench:pretraining                    (both sizes; some minutes)
 *   npm run bench:pretraining -- mini-bert       (one size)
 *
 * Forward and backward on WebAssembly, in milliseconds of processor time, the least of some rounds with the median in brackets,
 * and the most bytes of tensors at one time beyond those of the models. Nothing is timed before all forms of a part agree on
 * the loss to 1e-5 relative.
 */
import { Fault } from '../src/fault/fault.ts';
import { openBackend } from '../src/tensor/backends/open.ts';
import * as tf from '../src/tensor/tf.ts';
import { inTurn } from './forms.ts';
import { decoderForms, headForms, teacherForms, type Form, type Part } from './pretraining/forms.ts';
import { openScene, SIZES, type Scene } from './pretraining/scene.ts';

const ROUNDS = 5;
const AGREEMENT = 1e-5;

/** Layers that are compared: half of the teacher's, and the reference's, which end with its last. */
const MAPPINGS: Readonly<Record<keyof typeof SIZES, readonly string[]>> = { 'mini-bert': ['1,3,5', '3,7,11'], small: ['0,1,2', '1,3,5'] };

const isSize = (name: string): name is keyof typeof SIZES => Object.hasOwn(SIZES, name);

export async function main(options: readonly string[]): Promise<void> {
  await openBackend({ choice: 'wasm', onFault: (fault) => { throw fault; } });
  for (const name of options.length > 0 ? options : Object.keys(SIZES)) {
    if (!isSize(name)) throw new Fault({ code: 'usage', where: 'sizes', expected: `some of ${Object.keys(SIZES).join(', ')}`, got: `"${name}"`, remedy: 'Name them one after another.' });
    const scene = openScene(SIZES[name]);
    console.log(`\n${name}: ${describe(scene)}\n\n| | form | ms | × | MB | × |\n| --- | --- | ---: | ---: | ---: | ---: |`);
    for (const part of partsOf(scene, MAPPINGS[name])) console.log(await measured(part));
  }
}

/** The parts of a scene, each in the lab's form and in plain ones. */
export function partsOf(scene: Scene, mappings: readonly string[]): readonly Part[] {
  return [headForms(scene), decoderForms(scene), ...mappings.map((mapping) => teacherForms(scene, mapping))];
}

function describe({ sizes: { width, vocabulary, teacher, student, batch, length }, rows }: Scene): string {
  return `${teacher} → ${student} layers of width ${width}, V ${vocabulary}, B ${batch}, T ${length}, M ${rows.masked.positions.length}`;
}

/** The rows of a part in the table; RangeError where its forms differ. */
async function measured({ title, forms }: Part): Promise<string> {
  await agree(title, forms);
  const names = Object.keys(forms);
  const times = await inTurn(forms, ROUNDS);
  const bytes: Record<string, number> = {};
  for (const name of names) bytes[name] = await peakBytes(forms[name]!);
  const [own = ''] = names;
  return names.map((name, i) => {
    const { least, median } = times[name]!;
    const over = (part: number, whole: number) => (whole / part).toFixed(2);
    return `| ${i === 0 ? title : ''} | ${name} | ${least.toFixed(0)} (${median.toFixed(0)}) | ${over(times[own]!.least, least)} | ${(bytes[name]! / 1e6).toFixed(1)} | ${over(bytes[own]!, bytes[name]!)} |`;
  }).join('\n');
}

/** RangeError unless every form gives the same loss. */
export async function agree(title: string, forms: Part['forms']): Promise<void> {
  const losses: number[] = [];
  for (const form of Object.values(forms)) losses.push(await form());
  if (losses.some((loss) => !(Math.abs(loss / losses[0]! - 1) <= AGREEMENT))) throw new RangeError(`${title}: the losses differ, ${losses.join(', ')}`);
}

/** The most bytes of tensors at one time, beyond those before. */
export async function peakBytes(form: Form): Promise<number> {
  const before = tf.memory().numBytes;
  const { peakBytes: peak } = await tf.profile(async () => {
    await form();
    return tf.scalar(0);
  });
  return Math.max(0, peak - before);
}
