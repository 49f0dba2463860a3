// Chosen photos: seen, removable, counted, and made smaller before a long upload over a thin line.
// Without it the file field works as browsers made it; where a step is not possible the original file goes.
import { announce, fill, island } from "./dom";
import { offerPlace } from "./photoplace";

const LONGEST = 2560;
const THUMB = 240;

/** Whether this is the format of newer telephones that most browsers and the server cannot open. */
async function isHeic(file: File): Promise<boolean> {
  const head = new TextDecoder("latin1").decode(await file.slice(4, 12).arrayBuffer());
  return /^ftyp(hei[cxms]|hev[cxms]|mif1|msf1)$/.test(head);
}

/** A smaller JPEG of a large picture, a JPEG of one that only this browser can open, or the file itself. */
async function shrink(file: File): Promise<File> {
  const foreign = await isHeic(file);
  if (!foreign && !/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  try {
    const picture = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
    if (scale >= 1 && !foreign) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.86));
    if (!blob || (blob.size >= file.size && !foreign)) return file;
    return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg", lastModified: file.lastModified });
  } catch {
    return file;
  }
}

/** A square picture drawn on a canvas: no object address is needed, so the page's content policy stays narrow. */
async function thumb(file: File): Promise<HTMLCanvasElement> {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = THUMB;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", file.name);
  try {
    const picture = await createImageBitmap(file);
    const side = Math.min(picture.width, picture.height);
    canvas.getContext("2d")?.drawImage(picture, (picture.width - side) / 2, (picture.height - side) / 2, side, side, 0, 0, THUMB, THUMB);
  } catch {
    // What this browser cannot draw still goes to the server; its name stands for it, and a sign for a film.
    const pen = file.type.startsWith("video/") ? canvas.getContext("2d") : null;
    if (pen) {
      pen.fillStyle = "#888";
      pen.font = `${THUMB / 3}px sans-serif`;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText("▶", THUMB / 2, THUMB / 2);
    }
  }
  return canvas;
}

function start(input: HTMLElement): void {
  if (!(input instanceof HTMLInputElement) || typeof DataTransfer === "undefined") return;
  const max = Number(input.dataset["max"] ?? 6);
  const list = document.createElement("ul");
  list.className = "thumbs";
  const left = document.createElement("p");
  left.className = "hint";
  const wrong = document.createElement("p");
  wrong.className = "error";
  wrong.setAttribute("role", "alert");
  wrong.hidden = true;
  (input.closest("label.add") ?? input).after(wrong, list, left);
  let files: File[] = [];

  const hand = (): void => {
    const bag = new DataTransfer();
    for (const file of files) bag.items.add(file);
    input.files = bag.files;
  };
  const draw = async (): Promise<void> => {
    const shownFiles = [...files];
    const items = await Promise.all(
      shownFiles.map(async (file) => {
        const item = document.createElement("li");
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = input.dataset["remove"] ?? "×";
        button.setAttribute("aria-label", `${button.textContent} ${file.name}`);
        button.addEventListener("click", () => {
          files = files.filter((one) => one !== file);
          hand();
          void draw().then(() => (list.querySelector<HTMLElement>("button") ?? input).focus());
        });
        item.append(await thumb(file), button);
        return item;
      }),
    );
    list.replaceChildren(...items);
    left.textContent = files.length > 0 ? fill(input.dataset["left"], { n: max - files.length }) : "";
    if (left.textContent) announce(left.textContent);
  };
  input.addEventListener("change", () => {
    const chosen = [...(input.files ?? [])];
    input.setAttribute("aria-busy", "true");
    // Before they are made smaller: a drawn picture knows nothing of its camera.
    void offerPlace(input, chosen);
    void Promise.all(chosen.map(shrink)).then(async (all) => {
      const odd = await Promise.all(all.map(isHeic));
      const small = all.filter((_, n) => !odd[n]);
      const refused = odd.includes(true) ? (input.dataset["heic"] ?? "") : "";
      wrong.textContent = refused;
      wrong.hidden = refused === "";
      const known = new Set(files.map((file) => `${file.name}/${file.lastModified}`));
      files = [...files, ...small.filter((file) => !known.has(`${file.name}/${file.lastModified}`))].slice(0, max);
      hand();
      await draw();
      input.removeAttribute("aria-busy");
    });
  });
}

export const photos = (): void => island("photos", start);
