import { writeFileSync } from 'node:fs';
import { openApi } from './openapi.ts';

writeFileSync('openapi.json', `${JSON.stringify(openApi(), null, 2)}\n`);
