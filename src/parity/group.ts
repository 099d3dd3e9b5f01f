import { GoldenTensors } from './golden_tensors.ts';
import { readGolden, type GoldenFiles } from './golden_files.ts';
import { bound, type Manifest, type Tolerance } from './manifest.ts';
import type { Comparison } from './comparison.ts';
import type { Options } from './options.ts';

/** One group of the folder: what the manifest says of it, and where its files are. */
export class Group {
  constructor(
    readonly name: string,
    readonly files: GoldenFiles,
    readonly manifest: Manifest,
    readonly gpu: boolean,
    readonly tokenizers?: GoldenFiles,
  ) {}

  get entry(): Options {
    return this.manifest.groups.get(this.name)!;
  }

  /** The manifest's tolerances for the kind of device that computes. */
  get tolerance(): Tolerance {
    return this.gpu ? this.manifest.gpu : this.manifest.cpu;
  }

  /** A bound of the group's own text for what the device computes, widened on a GPU as the manifest widens its usual ones. */
  bound(phrase: string): number {
    const { cpu, gpu } = this.manifest;
    return this.hostBound(phrase) * (this.gpu ? gpu.values / cpu.values : 1);
  }

  /** A bound of the group's own text for what is computed in JavaScript. */
  hostBound(phrase: string): number {
    return bound(this.manifest, this.name, phrase);
  }

  /** The group's tensor file. */
  async tensors(): Promise<GoldenTensors> {
    const path = this.entry.text('file');
    return new GoldenTensors(await readGolden(this.files, path), `${this.files.name}/${path}`);
  }

  /** Bytes of the group's file, for groups that hold no tensors. */
  bytes(): Promise<Uint8Array> {
    return readGolden(this.files, this.entry.text('file'));
  }

  /** The manifest's cases by name. */
  cases(): readonly { readonly name: string; readonly case: Options }[] {
    return this.entry.objects('cases').map((one) => ({ name: one.text('name'), case: one }));
  }
}

/** One case to run: `owns` says which tensors of the file are its own, all of which it must compare. */
export interface GoldenCase {
  readonly name: string;
  owns?(tensor: string): boolean;
  run(comparison: Comparison): Promise<void>;
}

/** A case that this program does not run, and why. */
export interface SkippedCase {
  readonly name: string;
  readonly why: string;
}

/** What a group consists of. A group without tensors compares plain values (`Comparison` is then over no file). */
export interface Plan {
  readonly tensors?: GoldenTensors;
  readonly cases: readonly (GoldenCase | SkippedCase)[];
}

/** How groups of one kind are planned. */
export type Planner = (group: Group) => Promise<Plan>;

/** Owns `expected/<case>/…` and `grad/<case>/…`. */
export function ownsCase(name: string): (tensor: string) => boolean {
  return (tensor) => tensor.startsWith(`expected/${name}/`) || tensor.startsWith(`grad/${name}/`);
}
