/** How the tables of a folder are read, where that is not by the names of files and columns. */
import type { ColumnMap } from './column_map.ts';

/** Files that a person names, by their paths in the folder, in place of those that are found by their names. */
export interface FileChoice {
  readonly train_file?: string | undefined;
  readonly validation_file?: string | undefined;
  readonly test_file?: string | undefined;
}

export interface TableChoice extends FileChoice {
  readonly columns?: ColumnMap | undefined;
  /** Leave out rows that cannot be read. */
  readonly skip_broken_rows?: boolean | undefined;
}
