// 8. Every page of residents, for elders too: see walk.mjs for what is asked of each.

import { RESIDENT } from './pages.mjs';
import { walk } from './walk.mjs';

walk(RESIDENT, { elder: true });
