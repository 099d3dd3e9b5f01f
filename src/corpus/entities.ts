/** Characters that XML and HTML write as `&name;`. */

const NAMED: Readonly<Record<string, string>> = {
  amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', thinsp: ' ', ensp: ' ', emsp: ' ', ndash: '–', mdash: '—', minus: '−', hellip: '…', middot: '·', bull: '•',
  times: '×', deg: '°', prime: '′', Prime: '″', lsquo: '‘', rsquo: '’', ldquo: '“', rdquo: '”', laquo: '«', raquo: '»', sect: '§', para: '¶', copy: '©', reg: '®', pound: '£', euro: '€', yen: '¥',
  frac12: '½', frac14: '¼', frac34: '¾', plusmn: '±', alpha: 'α', beta: 'β', gamma: 'γ', delta: 'δ', mu: 'μ', pi: 'π', sigma: 'σ', omega: 'ω', zwj: '', zwnj: '', shy: '',
};

/** The text with `&amp;`, `&#8211;`, `&#x2013;` and the like as the characters they mean; unknown names stay. */
export function unescaped(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w{1,10}));/g, (whole, decimal: string | undefined, hex: string | undefined, name: string | undefined) => {
    if (name !== undefined) return Object.hasOwn(NAMED, name) ? NAMED[name]! : whole;
    const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000) ? String.fromCodePoint(code) : whole;
  });
}
