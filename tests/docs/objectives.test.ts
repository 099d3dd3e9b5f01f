import { expect, it } from 'vitest';
import { formatMapping } from '../../src/distill/layer_mapping.ts';
import type { Control, Objective } from '../../src/distill/objective.ts';
import { OBJECTIVES } from '../../src/distill/objectives/index.ts';
import { read } from './markdown.ts';

const HEADING = '## The objectives\n';

const settingOf = ({ name, label, initial, minimum, maximum }: Control) => `\`${name}\`: ${label}, ${initial} (${minimum} to ${maximum})`;

function section({ name, title, about, formula, source, released, aliases, mapping, controls }: Objective): string {
  const facts = [
    `Source: ${source}.`,
    ...(mapping ? [`Mapping unless another is named: \`${formatMapping(mapping)}\`.`] : []),
    ...(released ? [`As released: ${released}`] : []),
    ...controls.map(settingOf),
    ...(aliases.length > 0 ? [`Also found as ${aliases.map((alias) => `\`${alias}\``).join(', ')}.`] : []),
  ];
  return [`### ${name}: ${title}`, about, `\`\`\`text\n${formula}\n\`\`\``, facts.map((fact) => `- ${fact}`).join('\n'), `[${name}.ts](../src/distill/objectives/${name}.ts)`].join('\n\n');
}

it('docs/objectives.md describes every objective as it is; written anew by -u', async () => {
  const head = read('docs/objectives.md').split(HEADING)[0]!;
  await expect(`${head}${HEADING}\n${OBJECTIVES.map(section).join('\n\n')}\n`).toMatchFileSnapshot('../../docs/objectives.md');
});
