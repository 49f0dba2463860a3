// The residents' script: small, and nothing depends on it.
import { assist } from "./assist";
import { copy } from "./copy";
import { draft } from "./draft";
import { here } from "./here";
import { map } from "./map";
import { outbox } from "./outbox";
import { photos } from "./photos";
import { preview } from "./preview";
import { share } from "./share";
import { upload } from "./upload";
import { verify } from "./verify";

preview();
// Before the drafts: what they restore is typed too.
assist();
draft();
map();
here();
photos();
share();
outbox();
upload();
verify();
// Not everywhere: some web views have none, and the pages work without.
if ("serviceWorker" in navigator) addEventListener("load", () => void navigator.serviceWorker.register("/sw.js").catch(() => undefined));
copy();
