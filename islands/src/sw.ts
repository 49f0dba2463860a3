// The service worker: keeps the form and what it is drawn with, so that it opens without a network. It keeps no page of
// anybody: only the empty form. The server writes the names of the files, with their digests, above this text.
declare const SHELL: string;
declare const FILES: string[];

type Extended = Event & { waitUntil(work: Promise<unknown>): void };
type Fetched = Extended & { request: Request; respondWith(answer: Promise<Response>): void };
type Scope = { skipWaiting(): Promise<void>; clients: { claim(): Promise<void> }; addEventListener(name: string, hear: (event: never) => void): void };
const worker = self as unknown as Scope;
export {};
const FORM = "/report";

/** The form without its number used once: each filling gets one of its own. */
async function blank(answer: Response): Promise<Response> {
  const text = (await answer.text()).replace(/(name="form" value=")[^"]*/, "$1");
  return new Response(text, { headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": answer.headers.get("content-security-policy") ?? "" } });
}

async function install(): Promise<void> {
  const cache = await caches.open(SHELL);
  await cache.addAll(FILES);
  await cache.put(FORM, await blank(await fetch(FORM)));
  await worker.skipWaiting();
}

async function tidy(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith("duban-") && name !== SHELL) await caches.delete(name);
  await worker.clients.claim();
}

async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (gone) {
    const kept = await caches.match(FORM);
    if (kept) return kept;
    throw gone;
  }
}

worker.addEventListener("install", ((event: Extended) => event.waitUntil(install())) as never);
worker.addEventListener("activate", ((event: Extended) => event.waitUntil(tidy())) as never);
worker.addEventListener("fetch", ((event: Fetched) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  else if (request.mode === "navigate" && (url.pathname === "/" || url.pathname === FORM)) event.respondWith(page(request));
}) as never);
