// Bundles the two scripts of the site. `--verify` writes nothing and fails when a committed file differs
// from what the sources give, so that `cargo build` never needs Node and can still be trusted.
import { readFile, writeFile, mkdir } from "node:fs/promises";
import { build } from "esbuild";

const out = new URL("../crates/duban-web/assets/js/", import.meta.url);
const verify = process.argv.includes("--verify");
const result = await build({
  entryPoints: ["src/desk.ts", "src/resident.ts", "src/sw.ts"],
  absWorkingDir: new URL(".", import.meta.url).pathname,
  outdir: out.pathname,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
  write: false,
});
await mkdir(out, { recursive: true });
let stale = 0;
for (const file of result.outputFiles) {
  const name = file.path.split("/").pop();
  if (!verify) {
    await writeFile(file.path, file.contents);
    console.log(`${name} ${file.contents.length} bytes`);
    continue;
  }
  const committed = await readFile(file.path).catch(() => Buffer.alloc(0));
  if (!committed.equals(Buffer.from(file.contents))) {
    stale += 1;
    console.error(`${name} is not what islands/src gives. Run \`npm run build\` in islands/ and commit the result.`);
  }
}
process.exitCode = stale === 0 ? 0 : 1;
