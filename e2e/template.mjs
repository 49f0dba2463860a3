// Tells the demo city's past once, for all journeys of one run: `node template.mjs FOLDER`.

import { serve } from './program.mjs';

const [folder] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node template.mjs FOLDER');
  process.exit(2);
}
const served = await serve(['demo', '--data', folder]);
await served.stop();
