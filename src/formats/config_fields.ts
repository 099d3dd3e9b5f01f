/** Fields of a JSON object, each checked before it is used. */
import { FormatError } from './format_error.ts';
import { isJsonObject, showValue, type JsonObject } from './text.ts';

/** Collects every field that is wrong, so that one error can list them all. */
export class Fields {
  readonly #expected: string[] = [];
  readonly #got: string[] = [];

  constructor(readonly json: JsonObject) {}

  /** The value of a field; null and absent are the same to Hugging Face's reader. */
  value(name: string): unknown {
    return Object.hasOwn(this.json, name) ? (this.json[name] ?? undefined) : undefined;
  }

  bad(name: string, expected: string): void {
    this.#expected.push(`${name}: ${expected}`);
    this.#got.push(`${name}: ${showValue(this.value(name))}`);
  }

  integer(name: string, otherwise: number, min: number, max: number): number {
    const value = this.value(name) ?? otherwise;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value;
    this.bad(name, `an integer from ${min} to ${max}`);
    return min;
  }

  /** A number in [min, max). */
  real(name: string, otherwise: number, min: number, max: number): number {
    const value = this.value(name) ?? otherwise;
    if (typeof value === 'number' && value >= min && value < max) return value;
    this.bad(name, `a number from ${min}, below ${max}`);
    return min;
  }

  /** One of the names in the table, as what it stands for. */
  oneOf<T>(name: string, table: ReadonlyMap<unknown, T>, otherwise: T): T {
    const value = this.value(name);
    const meant = value === undefined ? otherwise : table.get(value);
    if (meant !== undefined) return meant;
    this.bad(name, `one of ${[...table.keys()].map(showValue).join(', ')}`);
    return otherwise;
  }

  /** A part of the architecture that is supported only when it is absent or empty. */
  absent(name: string): void {
    const value = this.value(name);
    const empty = value === undefined || (isJsonObject(value) && Object.keys(value).length === 0);
    if (!empty) this.bad(name, 'nothing: models that have it are not supported');
  }

  /** A switch of the architecture that must have its usual value. */
  only(name: string, usual: unknown): void {
    if ((this.value(name) ?? usual) !== usual) this.bad(name, showValue(usual));
  }

  finish(where: string): void {
    if (this.#expected.length === 0) return;
    const remedy = 'Use the config.json of a BERT or RoBERTa encoder as `save_pretrained` writes it.';
    throw new FormatError('BadConfig', where, this.#expected.join('; '), this.#got.join('; '), remedy);
  }
}
