import { readFileSync, writeFileSync } from 'node:fs';
import { withParts } from './readmeParts.ts';

writeFileSync('README.md', withParts(readFileSync('README.md', 'utf8')));
