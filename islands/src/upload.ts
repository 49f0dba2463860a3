// A form with photos on its way: how much has gone, and a button that stops it. Words and photos stay in the form until
// the server has answered, and the form's number makes sending again count once. Without it the browser sends as ever.
import { announce, fill, island } from "./dom";

const MIN_BYTES = 64 * 1024;

function start(form: HTMLElement): void {
  if (!(form instanceof HTMLFormElement)) return;
  const words = form.dataset;
  const box = document.createElement("div");
  box.className = "note upload";
  box.hidden = true;
  const line = document.createElement("p");
  line.setAttribute("role", "status");
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", words["sendingName"] ?? "");
  const stop = document.createElement("button");
  stop.type = "button";
  stop.className = "btn";
  stop.textContent = words["stop"] ?? "×";
  box.append(line, bar, stop);
  form.append(box);

  let going: XMLHttpRequest | undefined;
  const end = (sentence: string | undefined): void => {
    going = undefined;
    bar.hidden = stop.hidden = true;
    line.textContent = sentence ?? "";
    box.hidden = !sentence;
    for (const button of form.querySelectorAll<HTMLButtonElement>("button.btn-main")) button.disabled = false;
    if (sentence) form.querySelector<HTMLElement>("button.btn-main")?.focus();
  };
  stop.addEventListener("click", () => going?.abort());
  form.addEventListener("submit", (event) => {
    if (going) return event.preventDefault();
    const body = new FormData(form);
    const bytes = [...body.values()].reduce((sum, value) => sum + (typeof value === "string" ? 0 : value.size), 0);
    if (event.defaultPrevented || bytes < MIN_BYTES) return;
    event.preventDefault();
    const button = event.submitter instanceof HTMLButtonElement ? event.submitter : undefined;
    if (button?.name) body.append(button.name, button.value);
    if (button) button.disabled = true;
    going = send(form, body, end, (share) => {
      bar.value = share;
      line.textContent = fill(share < 100 ? words["sending"] : words["sent100"], { p: share });
    });
    bar.value = 0;
    box.hidden = bar.hidden = stop.hidden = false;
    line.textContent = fill(words["sending"], { p: 0 });
    box.scrollIntoView({ block: "nearest" });
    announce(line.textContent);
    stop.focus();
  });
}

function send(form: HTMLFormElement, body: FormData, end: (sentence?: string) => void, tell: (share: number) => void): XMLHttpRequest {
  const request = new XMLHttpRequest();
  const action = new URL(form.getAttribute("action") ?? "", location.href).href;
  request.upload.addEventListener("progress", ({ loaded, total }) => tell(total > 0 ? Math.floor((loaded / total) * 100) : 0));
  request.addEventListener("abort", () => end(form.dataset["stopped"]));
  request.addEventListener("error", () => end(form.dataset["unsent"]));
  request.addEventListener("load", () => {
    if (request.status < 400 && request.responseURL !== action) return location.assign(request.responseURL);
    // The same form with what is wrong, or the page of an error: shown as the browser would have shown it.
    document.open();
    document.write(request.responseText);
    document.close();
  });
  request.open("POST", action);
  request.send(body);
  return request;
}

export const upload = (): void => island("upload", start);
