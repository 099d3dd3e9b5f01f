import { createReadStream, existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bookText, wikiArticles } from '../../src/corpus/article_reader.ts';
import { paragraphsOf } from '../../src/corpus/wikitext.ts';
import { gathered, inParts } from './parts.ts';

const TEXT = resolve(import.meta.dirname, '../../../shared/data/text');
const WITHOUT = existsSync(TEXT) ? '' : ' (skipped: no ../shared/data)';

const nothing = () => undefined;
const wiki = (text: string) => gathered(wikiArticles(inParts(text, 13), 'w', nothing));

describe('markup', () => {
  it.each([
    ['comments', 'a <!-- no\n{{ --> b', ['a b']],
    ['references', 'One.<ref name="x">[[No]] {{cite}}</ref> Two.<ref name=x /> Three.', ['One. Two. Three.']],
    ['nested templates', '{{Infobox|a={{b|[[c]]}}\n|d=e}}Text {{convert|5|km}} here.', ['Text here.']],
    ['templates that mark a word', 'The {{lang|fr|mot}} and {{nowrap|two words}} and {{abbr|Mr|Mister}}.', ['The mot and two words and Mr.']],
    ['tables', 'A.\n{| class="x"\n| b || {{c}}\n{|\n| d\n|}\n|}\nE.', ['A.', 'E.']],
    ['links', 'A [[page]], a [[page|text]], [[Paris|its]] end; [http://x.org the site] and [http://y.org].', ['A page, a text, its end; the site and.']],
    ['pictures and categories', 'Before [[File:a.jpg|thumb|A [[nested|link]] here]] after.\n[[Category:Things]]\n[[fr:Chose]]', ['Before after.']],
    ['headings, lists and code', '== History ==\n* item\n# item\n: indented\nThe text.\n----', ['The text.']],
    ['emphasis and HTML', "'''Bold''' and ''slanted'' <small>small</small><br/>H<sub>2</sub>O &ndash; 5&nbsp;km.", ['Bold and slanted small H2O – 5 km.']],
    ['what is left of brackets', 'Rome ({{lang-la|Roma}}; {{IPA|x}}) is old ({{x}}).', ['Rome is old.']],
    ['mathematics', 'Let <math>x \\le {y}</math> be.', ['Let be.']],
    ['an open template', 'A {{open text.', ['A {{open text.']],
  ])('%s', (_name, wikitext, expected) => {
    expect(paragraphsOf(wikitext)).toEqual(expected);
  });

  it('takes time in proportion to its length', () => {
    const began = performance.now();
    paragraphsOf('{{a|'.repeat(20_011) + 'b' + '}}'.repeat(20_011) + '[[x]] '.repeat(20_011));
    paragraphsOf('<ref>'.repeat(5003));
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

describe('a dump', () => {
  const page = (inner: string) => `  <page>\n    <title>T</title>\n${inner}\n  </page>\n`;
  const dump = (...pages: string[]) => `<mediawiki xml:lang="en">\n  <siteinfo>\n  </siteinfo>\n${pages.map(page).join('')}</mediawiki>\n`;

  it('gives the articles of the first namespace that are no redirects, one line each', async () => {
    const text = dump(
      '    <ns>0</ns>\n    <revision>\n      <text xml:space="preserve">First &quot;one&quot; &amp;ndash; here.\n\n== H ==\nSecond.</text>',
      '    <ns>0</ns>\n    <redirect title="First" />\n    <revision>\n      <text>#REDIRECT [[First]]</text>',
      '    <ns>1</ns>\n      <text>Talk.</text>',
      '    <ns>0</ns>\n      <text bytes="0" />',
      '    <ns>0</ns>\n      <text>#redirect [[Third]]</text>',
      '    <ns>0</ns>\n      <text>Last.</text>',
    );
    expect(await wiki(text)).toEqual(['First "one" – here. Second.', 'Last.']);
  });

  it.skipIf(!existsSync(TEXT))(`of Wikipedia leaves no markup${WITHOUT}`, async () => {
    const file = `${TEXT}/wikipedia/enwiki-dump-sample.xml.bz2`;
    const articles = await gathered(wikiArticles(createReadStream(file), file, nothing));
    expect(articles.length).toBe(105);
    expect(articles[0]).toMatch(/^Anarchism is a political philosophy that advocates self-governed societies/);
    expect(articles.filter((article) => /\{\{|\}\}|\[\[|\]\]|<[a-z]|''|==|\n|https?:|&nbsp;/i.test(article))).toEqual([]);
  });
});

describe('extracted Wikipedia', () => {
  it('gives articles without their titles; empty ones are none', async () => {
    const text = '<doc id="1" url="u" title="Salt">\nSalt\n\nSalt is white.\nIt is old.\n</doc>\nstray\n<doc id="2">\nEmpty\n</doc>\n';
    expect(await wiki(text)).toEqual(['Salt is white. It is old.']);
  });

  it('is refused when it is something else', async () => {
    await expect(wiki('\n{"text": 1}\n')).rejects.toThrow('w: expected extracted Wikipedia (<doc id=…>) or a dump (<mediawiki …>), got "{\\"text\\": 1}". For plain text use --type bookcorpus.');
  });

  it.skipIf(!existsSync(TEXT))(`is read from packed files${WITHOUT}`, async () => {
    const file = `${TEXT}/wikipedia/AB_wiki_00.txt.gz`;
    let bytes = 0;
    const articles = await gathered(wikiArticles(createReadStream(file), file, (more) => (bytes += more)));
    expect([articles.length, bytes]).toEqual([66, 1_034_750]);
  });
});

describe('a book', () => {
  it('has its hard-wrapped lines joined', async () => {
    const text = await gathered(bookText(inParts('\uFEFFChapter 1\r\n\r\n  It was\r\nlate.  '), 'b', nothing));
    expect(text.join('')).toBe('Chapter 1 It was late. ');
  });
});
