/** Writes THIRD_PARTY_NOTICES.md from the licences that the build collected. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DIST, ensureBuilt, ROOT } from './build_app.ts';

await ensureBuilt((line) => console.log(line));
const text = readFileSync(join(DIST, 'third-party.txt'), 'utf8');
writeFileSync(join(ROOT, 'THIRD_PARTY_NOTICES.md'), `# Third-party notices\n\nWritten by \`npm run notices\`.\n\n\`\`\`text\n${text}\`\`\`\n`);
