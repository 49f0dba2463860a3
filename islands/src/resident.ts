// The residents' script: small, and nothing depends on it.
import { copy } from "./copy";
import { draft } from "./draft";
import { here } from "./here";
import { map } from "./map";
import { outbox } from "./outbox";
import { photos } from "./photos";
import { preview } from "./preview";
import { share } from "./share";

preview();
draft();
map();
here();
photos();
share();
outbox();
// Not everywhere: some web views have none, and the pages work without.
if ("serviceWorker" in navigator) addEventListener("load", () => void navigator.serviceWorker.register("/sw.js").catch(() => undefined));
copy();
