/** Columns as a person names them: `sentence1=premise,sentence2=hypothesis,label=gold`. */
import { Fault } from '../fault/fault.ts';

/** The name in the file of each part of an example; parts that are not named are found by the names that files have. */
export interface ColumnMap {
  readonly sentence1?: string;
  readonly sentence2?: string;
  readonly label?: string;
}

/** What each part is called on the command line, and its other spellings. */
const PARTS: ReadonlyMap<string, keyof ColumnMap> = new Map([
  ['sentence1', 'sentence1'], ['sentence', 'sentence1'], ['text', 'sentence1'],
  ['sentence2', 'sentence2'], ['text_pair', 'sentence2'],
  ['label', 'label'],
]);

/**
 * Reads a mapping such as `sentence1=premise,label=gold`; a comma in a name is written `\,`.
 * Fault `bad-columns` for another form, an unknown part, or a part that is named twice.
 */
export function parseColumns(text: string): ColumnMap {
  const map: { -readonly [K in keyof ColumnMap]: ColumnMap[K] } = {};
  for (const entry of text.split(/(?<!\\),/)) {
    const [, name = '', column = ''] = /^\s*([^=]*?)\s*=(.+)$/s.exec(entry) ?? [];
    const part = PARTS.get(name.toLowerCase());
    if (part === undefined || map[part] !== undefined) throw badColumns(part === undefined ? entry : `${name} a second time`);
    map[part] = column.replaceAll('\\,', ',');
  }
  return map;
}

function badColumns(got: string): Fault {
  return new Fault({ code: 'bad-columns', where: 'columns', expected: 'sentence1=NAME, sentence2=NAME or label=NAME, with a comma between them', got: JSON.stringify(got), remedy: 'Write for example sentence1=premise,sentence2=hypothesis,label=gold.' });
}
