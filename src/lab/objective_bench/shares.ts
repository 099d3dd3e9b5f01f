import type { BenchPart } from '../../experiment/objective_bench.ts';
import type { ModelConfig } from '../../model/config.ts';
import { familyOf } from '../../model/families.ts';

/** A parameter's place in a flat gradient. */
export interface Placed {
  readonly name: string;
  readonly shape: readonly number[];
}

const LAYER = /^encoder\.layer\.(\d+)\./;

/** Tensors of attention whose rows belong to heads, and the one whose columns do. */
const HEAD_ROWS = /\.attention\.self\.(query|key|value)\.(weight|bias)$/;
const HEAD_COLUMNS = /\.attention\.output\.dense\.weight$/;

/** The part of a student that a parameter belongs to, for a person. */
export function partOf(name: string, config: ModelConfig): string {
  const layer = LAYER.exec(name)?.[1];
  if (layer !== undefined) return `layer ${layer}`;
  if (name.startsWith('embeddings.')) return 'embeddings';
  if (name.startsWith('encoder.')) return 'last LayerNorm';
  const { classifier } = familyOf(config);
  return [classifier.hidden, classifier.output].some((head) => name.startsWith(`${head}.`)) ? 'classifier' : 'masked-LM head';
}

/**
 * Shares of a gradient's squared norm by part of the student, which add up to 1, and within a layer by attention head:
 * rows of the head in query, key and value, columns in the output's weight. All 0 for a gradient of 0.
 */
export function shares(gradient: Float32Array, parameters: readonly Placed[], config: ModelConfig): BenchPart[] {
  const parts = new Map<string, { share: number; heads: Float64Array }>();
  let [offset, total] = [0, 0];
  for (const { name, shape } of parameters) {
    const size = shape.reduce((a, b) => a * b, 1);
    const part = partOf(name, config);
    const entry = parts.get(part) ?? { share: 0, heads: new Float64Array(LAYER.test(name) ? config.num_attention_heads : 0) };
    parts.set(part, entry);
    const headOf = headsOf(name, shape, config);
    for (let i = 0; i < size; i++) {
      const square = gradient[offset + i]! ** 2;
      entry.share += square;
      if (headOf) entry.heads[headOf(i)]! += square;
    }
    offset += size;
  }
  for (const { share } of parts.values()) total += share;
  const of = (square: number) => (total > 0 ? square / total : 0);
  return [...parts].map(([name, { share, heads }]) => ({ name, share: of(share), heads: Array.from(heads, of) }));
}

/** Which head a value of a tensor belongs to; undefined for tensors that belong to none. */
function headsOf(name: string, shape: readonly number[], { num_attention_heads }: ModelConfig): ((index: number) => number) | undefined {
  const [rows = 1, columns = 1] = shape;
  if (HEAD_ROWS.test(name)) return (index) => Math.floor((Math.floor(index / columns) * num_attention_heads) / rows);
  if (HEAD_COLUMNS.test(name)) return (index) => Math.floor(((index % columns) * num_attention_heads) / columns);
  return undefined;
}
