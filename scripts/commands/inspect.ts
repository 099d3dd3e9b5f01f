/** `inspect`: what a model folder or a file of weights holds, without a browser. */
import { inspectFolder, type Inspected, type InspectedTensor } from '../../src/hub/inspect.ts';
import { textTable } from '../../src/experiment/text_table.ts';
import { reportOf, type FitReport } from '../../src/lab/fit_report.ts';
import type { NameReport } from '../../src/model/names.ts';
import type { ModelConfig } from '../../src/model/config.ts';
import { command } from '../command_line/command.ts';
import { openPath } from '../disk_folder.ts';
import { localPath } from '../models/elsewhere.ts';

export const inspect = command({
  name: 'inspect',
  summary: 'Show the architecture of a model and what its tensors hold, or what is wrong with a file.',
  operands: [{ name: 'PATH', help: 'a model folder, a zip archive of one, a file of weights (safetensors, PyTorch, fairseq), org/name[@revision] on the Hub, or an address' }],
  options: {},
  plan: (_values, [path = '']) => async (context) => {
    const found = await inspectFolder(openPath(await localPath(path, context)));
    const report = found.config && reportOf(found.config, found.raw);
    return { json: asJson(found, report), text: asText(found, report) };
  },
});

const total = (tensors: readonly InspectedTensor[], of: 'values' | 'bytes') => tensors.reduce((sum, tensor) => sum + tensor[of], 0);

function asJson({ name, file, config, tensors }: Inspected, report: FitReport | undefined): object {
  const totals = { tensors: tensors.length, parameters: total(tensors, 'values'), bytes: total(tensors, 'bytes') };
  return { ok: true, name, file, ...(config ? { config } : {}), ...(report ? { report } : {}), totals, tensors };
}

const count = (n: number): string => n.toLocaleString('en-GB');

function asText({ name, file, config, tensors }: Inspected, report: FitReport | undefined): string {
  return [
    `${name} (${file}): ${tensors.length} tensors, ${count(total(tensors, 'values'))} values, ${count(total(tensors, 'bytes'))} bytes`,
    ...(config && report ? ['', ...architectureLines(config, report)] : []),
    '',
    textTable([['tensor', 'dtype', 'shape', 'min', 'max', 'mean', 'std', 'not finite'], ...tensors.map(line)]),
    ...(report ? ['', ...reportLines(report)] : []),
  ].join('\n');
}

function architectureLines(config: ModelConfig, { architecture }: FitReport): string[] {
  const { num_hidden_layers, hidden_size, num_attention_heads, intermediate_size, vocab_size, max_position_embeddings, hidden_act, labels, encoder_ln_mode = 'post-ln' } = config;
  return [
    `${architecture}: ${num_hidden_layers} layers of width ${hidden_size} (${encoder_ln_mode}), ${num_attention_heads} heads, inner width ${intermediate_size}, ${hidden_act}`,
    `${count(vocab_size)} tokens, ${max_position_embeddings} positions${labels.length > 0 ? `, labels ${labels.slice(0, 10).map(printable).join(', ')}${labels.length > 10 ? ' …' : ''}` : ''}`,
  ];
}

/** A name from a file without the characters that steer a terminal. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}]/gu, '\uFFFD');

const brief = (value: number): string => (value === 0 || (Math.abs(value) >= 1e-3 && Math.abs(value) < 1e4) ? value.toFixed(4) : value.toExponential(2));

function line({ name, dtype, shape, stats }: InspectedTensor): string[] {
  const numbers = stats ? [stats.min, stats.max, stats.mean, stats.std].map(brief) : ['–', '–', '–', '–'];
  return [printable(name), dtype, `[${shape.join(', ')}]`, ...numbers, stats ? String(stats.nonFinite) : '–'];
}

/** The report as lines; one line where everything fits. */
export function reportLines({ missing, unexpected, misshaped }: NameReport): string[] {
  if (missing.length + unexpected.length + misshaped.length === 0) return ['Every tensor that the configuration describes is there, and no other.'];
  const part = (title: string, names: readonly string[]) => (names.length === 0 ? [] : [`${title} (${names.length}):`, ...names.map((name) => `  ${printable(name)}`)]);
  return [
    ...part('Missing', missing),
    ...part('Unexpected', unexpected),
    ...part('Of another shape', misshaped.map(({ name, expected, got }) => `${name}: [${got.join(', ')}] instead of [${expected.join(', ')}]`)),
  ];
}
