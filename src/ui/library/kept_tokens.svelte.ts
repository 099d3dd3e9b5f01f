import { KeptTokens, type TokensEntry } from '../../store/tokens.ts';

/** The kept token ids as the page sees them. */
export type TokenLibrary = Pick<KeptTokens, 'list' | 'delete'>;

/** The list of kept token ids. */
export class TokensList {
  entries: readonly TokensEntry[] = $state.raw([]);
  readonly bytes = $derived(this.entries.reduce((sum, { bytes }) => sum + bytes, 0));

  constructor(private readonly library: TokenLibrary = new KeptTokens()) {}

  /** Lists them anew; a browser without storage keeps none. */
  async refresh(): Promise<void> {
    this.entries = await this.library.list().catch(() => []);
  }

  /** Deletes one table, or all. */
  async remove(key?: string): Promise<void> {
    await this.library.delete(key);
    await this.refresh();
  }
}
