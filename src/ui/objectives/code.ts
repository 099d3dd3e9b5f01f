/** The files of the objectives as text, each fetched when it is first looked at. */
const FILES = import.meta.glob<string>('../../distill/objectives/*.ts', { query: '?raw', import: 'default' });

/** Where an objective's code is in the project. */
export function codePath(objective: string): string {
  return `src/distill/objectives/${objective}.ts`;
}

/** The code of an objective; Error when it has no file of its name. */
export async function codeOf(objective: string): Promise<string> {
  const load = FILES[`../../distill/objectives/${objective}.ts`];
  if (!load) throw new Error(`there is no file ${codePath(objective)}`);
  return load();
}
