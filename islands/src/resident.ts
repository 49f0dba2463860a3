// The residents' script: small, and nothing depends on it.
import { copy } from "./copy";
import { draft } from "./draft";
import { here } from "./here";
import { map } from "./map";
import { photos } from "./photos";
import { preview } from "./preview";

preview();
draft();
map();
here();
photos();
copy();
