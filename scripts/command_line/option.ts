/** Options as the page reads them too: one table, one reader. */
export * from '../../src/experiment/option.ts';
export { readLine, readOptions } from '../../src/experiment/option_reader.ts';
