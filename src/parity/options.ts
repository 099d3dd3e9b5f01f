import { Fault } from '../fault/fault.ts';
import { isJsonObject, showValue, type JsonObject } from '../formats/text.ts';

/** One object of a manifest; every value is checked when it is read, and Fault `bad-manifest` names what is wrong. */
export class Options {
  constructor(
    readonly json: JsonObject,
    readonly where: string,
  ) {}

  has(name: string): boolean {
    return this.#get(name) !== undefined;
  }

  number(name: string, otherwise?: number): number {
    const value = this.#get(name) ?? otherwise;
    return typeof value === 'number' ? value : this.#fail(name, 'a number');
  }

  text(name: string, otherwise?: string): string {
    const value = this.#get(name) ?? otherwise;
    return typeof value === 'string' ? value : this.#fail(name, 'text');
  }

  flag(name: string, otherwise?: boolean): boolean {
    const value = this.#get(name) ?? otherwise;
    return typeof value === 'boolean' ? value : this.#fail(name, 'true or false');
  }

  /** Numbers given as a list, as one number, or as text such as `1,3,5` or `(0.9, 0.98)`. */
  numbers(name: string): readonly number[] {
    const value = this.#get(name);
    const parts: readonly unknown[] = typeof value === 'string' ? value.replace(/^[([]|[)\]]$/g, '').split(',').map(asNumber) : Array.isArray(value) ? value : [value];
    return parts.every((part): part is number => typeof part === 'number') ? parts : this.#fail(name, 'numbers');
  }

  texts(name: string): readonly string[] {
    const value = this.#get(name);
    const isText = (part: unknown): part is string => typeof part === 'string';
    return Array.isArray(value) && value.every(isText) ? value : this.#fail(name, 'a list of texts');
  }

  /** A list of lists, whose entries are still to be checked. */
  lists(name: string): readonly (readonly unknown[])[] {
    const value = this.#get(name);
    const isList = (part: unknown): part is readonly unknown[] => Array.isArray(part);
    return Array.isArray(value) && value.every(isList) ? value : this.#fail(name, 'a list of lists');
  }

  object(name: string): Options {
    const value = this.#get(name);
    return isJsonObject(value) ? new Options(value, this.#place(name)) : this.#fail(name, 'an object');
  }

  objects(name: string): readonly Options[] {
    const value = this.#get(name);
    if (!Array.isArray(value) || !value.every(isJsonObject)) return this.#fail(name, 'a list of objects');
    return value.map((one, i) => new Options(one, `${this.#place(name)}[${i}]`));
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.json, name) ? this.json[name] : undefined;
  }

  #place(name: string): string {
    return `${this.where}, ${name}`;
  }

  #fail(name: string, expected: string): never {
    throw badManifest(this.#place(name), expected, showValue(this.#get(name)));
  }
}

function asNumber(text: string): number | string {
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** The one error of a manifest that does not say what its form asks for. */
export function badManifest(where: string, expected: string, got: string): Fault {
  return new Fault({ code: 'bad-manifest', where, expected, got, remedy: 'Use a folder of reference numbers in the form that docs/parity.md describes.' });
}
