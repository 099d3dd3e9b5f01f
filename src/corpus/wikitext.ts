/** The markup of Wikipedia → its running text. */
import { parts, replaceMarked } from './brackets.ts';
import { unescaped } from './entities.ts';

/** Elements whose content is no running text. */
const DROPPED = ['ref', 'math', 'gallery', 'timeline', 'syntaxhighlight', 'source', 'score', 'chem', 'imagemap', 'references', 'graph', 'mapframe', 'templatedata', 'hiero'] as const;

/** Templates that stand for one of their parts; by name, which part counts from the last one, 0. */
const KEPT_TEMPLATES: Readonly<Record<string, number>> = { lang: 0, nowrap: 0, transl: 0, 'lang-en': 0, small: 0, abbr: 1, nobr: 0, smallcaps: 0, em: 0, strong: 0, sic: 0 };

/** Links into these namespaces are pictures, categories and the like. */
const NO_TEXT = /^\s*:?(?:file|image|media|category|template|portal|wikipedia|help|special|draft|module|wikt|commons|s|q|d|[a-z]{2,3}(?:-[a-z]+)*)\s*:/i;

/** Lines that are no paragraph: headings, items of lists, rows of tables, indented code. */
const NO_PARAGRAPH = /^(?:=|[*#:;|!]|\{\||----)/;

/**
 * The paragraphs of an article's running text, without comments, references, templates, tables, pictures, lists, headings
 * and HTML; links and quotes become their text. A few templates that mark a word, such as {{lang|fr|mot}}, become the word.
 */
export function paragraphsOf(wikitext: string): string[] {
  const text = REMOVALS.reduce((rest, remove) => remove(rest), wikitext);
  return text.split('\n').map((line) => line.trim()).filter((line) => line !== '' && !NO_PARAGRAPH.test(line)).map(tidied).filter((line) => /\p{L}/u.test(line));
}

/** In this order: what may hold anything first, what is left of single characters last. */
const REMOVALS: readonly ((text: string) => string)[] = [
  (text) => text.replace(/<!--[\s\S]*?(?:-->|$)/g, ''),
  withoutElements,
  (text) => replaceMarked(text, { open: '{{', close: '}}' }, template),
  (text) => replaceMarked(text, { open: '{|', close: '|}' }, () => '\n'),
  links,
  (text) => text.replace(/\[(?:https?:|ftp:|mailto:)?\/\/[^\s\]]*\s*([^\]\n]*)\]/gi, '$1'),
  (text) => text.replace(/<br\s*\/?>/gi, ' ').replace(/<\/?[a-z][^<>]{0,1000}>/gi, ''),
  (text) => text.replace(/'{2,5}/g, '').replace(/__[A-Z]+__/g, ''),
  unescaped,
];

function withoutElements(text: string): string {
  return DROPPED.reduce((rest, name) => {
    if (!rest.toLowerCase().includes(`<${name}`)) return rest;
    const alone = new RegExp(`<${name}(?:\\s[^<>]*)?/>`, 'gi');
    const whole = new RegExp(`<${name}(?:\\s[^<>]*)?>[\\s\\S]*?</${name}\\s*>`, 'gi');
    return rest.replace(alone, '').replace(whole, '');
  }, text);
}

/** What a template's place shows: nothing, or the word that it marks. */
function template(inside: string): string {
  const [name = '', ...values] = parts(inside);
  const key = name.trim().toLowerCase();
  const kept = Object.hasOwn(KEPT_TEMPLATES, key) ? KEPT_TEMPLATES[key] : undefined;
  if (kept === undefined) return '';
  const shown = values.filter((value) => !/^\s*\w+\s*=/.test(value)).at(-1 - kept) ?? '';
  return replaceMarked(shown, { open: '{{', close: '}}' }, template);
}

/** [[page]] and [[page|text]] become their text; pictures and categories nothing. */
function links(text: string): string {
  return replaceMarked(text, { open: '[[', close: ']]' }, (inside) => {
    if (NO_TEXT.test(inside)) return '';
    const [page = '', ...rest] = parts(inside);
    return links(rest.at(-1) ?? page);
  });
}

/** Without the brackets and commas that removed templates leave behind. */
function tidied(line: string): string {
  return line
    .replace(/\(\s*(?:[,;:]\s*)+/g, '(')
    .replace(/\s*(?:[,;:]\s*)*\)/g, (end) => (end.includes(':') || end.length === 1 ? end : ')'))
    .replace(/\s*\(\s*\)/g, '')
    .replace(/\s+([,.;:](?:\s|$))/g, '$1')
    .replace(/\s{2,}/g, ' ')
    .trim();
}
