// 9. Every page of the desk: see walk.mjs for what is asked of each.

import { DESK } from './pages.mjs';
import { walk } from './walk.mjs';

walk(DESK);
