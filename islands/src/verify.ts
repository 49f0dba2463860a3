// Checks a receipt in the browser, without a network: the same steps as the server's, by Web Crypto alone.
import { fill, island } from "./dom";

type Bytes = Uint8Array<ArrayBuffer>;

const bytes = (base64: string): Bytes => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const utf8 = (text: string): Bytes => new TextEncoder().encode(text);
const hex = (all: Bytes): string => [...all].map((b) => b.toString(16).padStart(2, "0")).join("");
const unhex = (text: string): Bytes => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const same = (a: Bytes, b: Bytes): boolean => hex(a) === hex(b);

async function digest(...parts: Bytes[]): Promise<Bytes> {
  const all = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

/** RFC 9162, 2.1.3.2. */
async function includes(leaf: Bytes, index: bigint, size: bigint, proof: Bytes[], root: Bytes): Promise<boolean> {
  if (index >= size) return false;
  const node = (left: Bytes, right: Bytes): Promise<Bytes> => digest(Uint8Array.of(1), left, right);
  let [at, last, hash] = [index, size - 1n, leaf];
  for (const beside of proof) {
    if (last === 0n) return false;
    if (at % 2n === 1n || at === last) {
      hash = await node(beside, hash);
      while (at % 2n === 0n && at !== 0n) [at, last] = [at / 2n, last / 2n];
    } else hash = await node(hash, beside);
    [at, last] = [at / 2n, last / 2n];
  }
  return last === 0n && same(hash, root);
}

/** The number that a receipt proves, or nothing. Throws where the browser lacks what is needed. */
async function check(text: string, keyText: string): Promise<string | undefined> {
  const [, saidText, proofText, note] = /^duban-receipt\/v1\n(.*?)\n\n(.*?)\n\n(.*)$/s.exec(text.replace(/\r\n/g, "\n").trim() + "\n") ?? [];
  const key = /^(.+?)\+([0-9a-f]{8})\+(.+)$/.exec(keyText.trim());
  if (!saidText || !proofText || !note || !key) return undefined;
  const [, name, id, keyPart] = key as unknown as [string, string, string, string];
  const whole = bytes(keyPart);
  if (whole[0] !== 1 || hex((await digest(utf8(`${name}\n`), whole)).slice(0, 4)) !== id) return undefined;
  const [signedPart, signatures] = note.split("\n\n") as [string, string | undefined];
  const line = (signatures ?? "").split("\n").find((one) => one.startsWith(`— ${name} `));
  if (!line) return undefined;
  const signature = bytes(line.slice(line.lastIndexOf(" ") + 1));
  if (hex(signature.slice(0, 4)) !== id) return undefined;
  const [origin, size, root] = signedPart.split("\n") as [string, string, string];
  if (origin.endsWith("+sm3")) throw new Error("no browser has SM3");
  const imported = await crypto.subtle.importKey("raw", whole.slice(1), { name: "Ed25519" }, false, ["verify"]);
  if (!(await crypto.subtle.verify({ name: "Ed25519" }, imported, signature.slice(4), utf8(`${signedPart}\n`)))) return undefined;
  const said = JSON.parse(saidText) as Record<string, string>;
  const words = await digest(unhex(said["salt"] ?? ""), utf8(JSON.stringify([said["title"], said["text"], said["place"]])));
  const leaf = await digest(Uint8Array.of(0), utf8(`duban/request/v1\n${said["number"]}\n${said["received_at"]}\n${hex(words)}\n`));
  const [head, indexLine, ...hashes] = proofText.split("\n");
  if (head !== "c2sp.org/tlog-proof@v1" || !indexLine?.startsWith("index ")) return undefined;
  return (await includes(leaf, BigInt(indexLine.slice(6)), BigInt(size), hashes.map(bytes), bytes(root))) ? said["number"] : undefined;
}

function start(form: HTMLElement): void {
  const state = form.querySelector<HTMLElement>("[data-verify-state]");
  const receipt = form.querySelector<HTMLTextAreaElement>("#receipt");
  const key = form.querySelector<HTMLInputElement>("#key");
  if (!state || !receipt || !key || !crypto.subtle) return;
  const file = document.createElement("input");
  file.type = "file";
  file.accept = ".txt,text/plain";
  file.addEventListener("change", () => void file.files?.[0]?.text().then((text) => (receipt.value = text)));
  const add = document.createElement("label");
  const words = document.createElement("span");
  add.className = "add";
  words.textContent = form.dataset["file"] ?? "";
  add.append(words, file);
  receipt.before(add);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn";
  button.textContent = form.dataset["local"] ?? "";
  button.addEventListener("click", () => {
    check(receipt.value, key.value).then(
      (number) => (state.textContent = number ? fill(form.dataset["good"], { number }) : (form.dataset["bad"] ?? "")),
      (error: unknown) => (state.textContent = (error instanceof SyntaxError ? form.dataset["bad"] : form.dataset["unable"]) ?? ""),
    );
  });
  state.before(button);
}

export const verify = (): void => island("verify", start);
