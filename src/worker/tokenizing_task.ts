import type { Encode } from '../lab/encode.ts';
import { Tokenizer } from '../tokenizer/tokenizer.ts';
import type { TokenTable } from '../train/token_table.ts';
import type { TokenizerCommand, TokenizerEvent } from './tokenizer_protocol.ts';

/** The work of the tokenizing worker, whatever carries its messages. */
export class TokenizingTask {
  #held?: Promise<void>;
  #release?: () => void;

  constructor(
    readonly encode: Encode,
    readonly tell: (event: TokenizerEvent, transfer: Transferable[]) => void,
  ) {}

  /** Takes a command; that of `encode` is done when the token ids were told. */
  async take(command: TokenizerCommand): Promise<void> {
    if (command.type === 'encode') return this.#work(command);
    if (command.type === 'hold') this.#held ??= new Promise((resolve) => (this.#release = resolve));
    else this.#goOn();
  }

  async #work({ sets, files, maxLength }: Extract<TokenizerCommand, { type: 'encode' }>): Promise<void> {
    const tell = (event: TokenizerEvent) => this.tell(event, []);
    const tables = await this.encode(sets, { tokenizer: Tokenizer.fromFiles(files, 'tokenizer'), maxLength }, {
      onRows: (set, done) => tell({ type: 'rows', set, done }),
      gate: () => this.#gate(),
      note: (text) => tell({ type: 'note', text }),
    });
    this.tell({ type: 'tables', tables }, [...new Set(tables.flatMap(buffersOf))]);
  }

  /** Lets messages through, and waits while held. */
  async #gate(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    await this.#held;
  }

  #goOn(): void {
    this.#held = undefined;
    this.#release?.();
  }
}

const buffersOf = ({ starts, ids, typeIds }: TokenTable): ArrayBuffer[] => [starts.buffer, ids.buffer, typeIds.buffer];
