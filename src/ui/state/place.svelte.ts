/** One view of the page, as the navigation names it and the address keeps it. */
interface View {
  readonly name: string;
  readonly label: string;
  readonly hash: string;
}

/** Every view, in the order of the navigation; the first is shown where the address names none of them. */
export const VIEWS = [
  { name: 'lab', label: 'Lab', hash: '#/' },
  { name: 'objectives', label: 'Objectives', hash: '#/objectives' },
  { name: 'models', label: 'Models', hash: '#/models' },
  { name: 'text', label: 'Text', hash: '#/text' },
] as const satisfies readonly View[];

export type ViewName = (typeof VIEWS)[number]['name'];

/** The view that a hash names, or the first one. */
export function viewOf(hash: string): ViewName {
  return VIEWS.find((view) => view.hash === hash)?.name ?? VIEWS[0].name;
}

/** Which view is shown. The address keeps it, so that the back button, links and a reload work. */
export class Place {
  view: ViewName = $state(VIEWS[0].name);

  /** Follows the address; returns what stops it. */
  begin(): () => void {
    const read = () => { this.view = viewOf(location.hash); };
    read();
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }

  /** Shows a view, as following its link does. */
  go(name: ViewName): void {
    const hash = VIEWS.find((view) => view.name === name)!.hash;
    this.view = name;
    if (viewOf(location.hash) !== name) location.hash = hash;
  }
}
