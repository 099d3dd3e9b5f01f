/** How special tokens frame one text or two, and what stands for a special token that no file names. */
import { isJsonObject, type JsonObject } from '../formats/text.ts';

export type LayoutName = 'bert' | 'roberta';

/** The special tokens that every encoder here needs. */
export const SPECIAL_NAMES = ['pad', 'cls', 'sep', 'mask', 'unk'] as const;
export type SpecialName = (typeof SPECIAL_NAMES)[number];
export type SpecialTokens = Readonly<Record<SpecialName, string>>;
export type SpecialIds = Readonly<Record<SpecialName, number>>;

export interface Layout {
  readonly name: LayoutName;
  /** Separators between the two texts of a pair. */
  readonly between: number;
  /** Token type of the second text; RoBERTa has one type only, so 1 would be out of its range. */
  readonly secondType: 0 | 1;
  readonly tokens: SpecialTokens;
}

export const LAYOUTS: Readonly<Record<LayoutName, Layout>> = {
  bert: { name: 'bert', between: 1, secondType: 1, tokens: { pad: '[PAD]', cls: '[CLS]', sep: '[SEP]', mask: '[MASK]', unk: '[UNK]' } },
  roberta: { name: 'roberta', between: 2, secondType: 0, tokens: { pad: '<pad>', cls: '<s>', sep: '</s>', mask: '<mask>', unk: '<unk>' } },
};

/** The pair template of TemplateProcessing as a pattern: `t` for a special token, A and B for the texts. */
const TEMPLATES: ReadonlyMap<string, LayoutName> = new Map([['tAtBt', 'bert'], ['tAttBt', 'roberta']]);

/** Layout by the post-processor of `tokenizer.json`, or undefined when it frames texts in another way. */
export function layoutOf(postProcessor: unknown, vocab: ReadonlyMap<string, number>): Layout | undefined {
  if (!isJsonObject(postProcessor)) return Object.values(LAYOUTS).find(({ tokens }) => vocab.has(tokens.cls));
  const read = typeof postProcessor.type === 'string' ? POST_PROCESSORS.get(postProcessor.type) : undefined;
  const name = read?.(postProcessor);
  return name && LAYOUTS[name];
}

type Reader = (json: JsonObject) => LayoutName | undefined;

const POST_PROCESSORS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['BertProcessing', () => 'bert'],
  ['RobertaProcessing', () => 'roberta'],
  ['TemplateProcessing', (json) => TEMPLATES.get(templatePattern(json.pair))],
  ['Sequence', (json) => firstOf(json.processors)],
]);

function firstOf(processors: unknown): LayoutName | undefined {
  if (!Array.isArray(processors)) return undefined;
  for (const processor of processors) {
    const read = isJsonObject(processor) && typeof processor.type === 'string' && processor.type !== 'Sequence' ? POST_PROCESSORS.get(processor.type) : undefined;
    const name = read?.(processor);
    if (name) return name;
  }
  return undefined;
}

function templatePattern(pair: unknown): string {
  if (!Array.isArray(pair)) return '';
  return pair.map((piece) => (isJsonObject(piece) && isJsonObject(piece.Sequence) ? String(piece.Sequence.id) : 't')).join('');
}

/** Special tokens by the settings file (`"cls_token": "[CLS]"` or an object with `content`), else the layout's usual ones. */
export function specialTokens(settings: JsonObject, layout: Layout): SpecialTokens {
  const named = (name: SpecialName): string => {
    const value = settings[`${name}_token`];
    const content = isJsonObject(value) ? value.content : value;
    return typeof content === 'string' ? content : layout.tokens[name];
  };
  return { pad: named('pad'), cls: named('cls'), sep: named('sep'), mask: named('mask'), unk: named('unk') };
}
