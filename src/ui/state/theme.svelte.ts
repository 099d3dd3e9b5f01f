const KEY = 'distill-lab-theme';
export const THEMES = ['system', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** The colour scheme: the system's, or the person's own choice, which this browser remembers. */
export class ThemeChoice {
  value: Theme = $state('system');
  /** Grows whenever the colours on the page may have changed; charts are drawn anew then. */
  version = $state(0);

  /** Takes up the remembered choice and follows the system; returns what stops it. */
  begin(): () => void {
    this.choose(THEMES.find((theme) => theme === localStorage.getItem(KEY)) ?? 'system');
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const changed = () => { this.version += 1; };
    dark.addEventListener('change', changed);
    return () => dark.removeEventListener('change', changed);
  }

  choose(theme: Theme): void {
    this.value = theme;
    const root = document.documentElement;
    if (theme === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = theme;
    localStorage.setItem(KEY, theme);
    this.version += 1;
  }

  /** The choice after this one: system → light → dark → system. */
  next(): void {
    this.choose(THEMES[(THEMES.indexOf(this.value) + 1) % THEMES.length]!);
  }
}
