// The desk's script: every island a member of staff meets.
import { assist } from "./assist";
import { board } from "./board";
import { calls } from "./calls";
import { copy } from "./copy";
import { draft } from "./draft";
import { fresh } from "./fresh";
import { here } from "./here";
import { keys } from "./keys";
import { live } from "./live";
import { map } from "./map";
import { photos } from "./photos";
import { picks } from "./picks";
import { presence } from "./presence";
import { upload } from "./upload";

// Before the drafts: what they restore is typed too.
assist();
draft();
map();
here();
photos();
upload();
picks();
copy();
live();
fresh();
board();
calls();
presence();
keys();
