// Serves the gallery and the assets as the portal does, and plays the server of its form: `say` sets what autosave hears next.
import http from "node:http";
import fs from "node:fs";
import path from "node:path";

export const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const TYPES = { ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };
const PLACES = [
  { code: "59172", label: "Denain", detail: "Nord, 19 877 habitants" },
  { code: "59178", label: "Douai", detail: "Nord, 39 613 habitants" },
  { code: "59183", label: "Dunkerque", detail: "Nord, 86 279 habitants" },
];

export async function serveGallery(html, assets) {
  const state = { mode: "ok", version: 1, received: [], submitted: [] };
  const page = () => html.replace("name='version' value='1'", `name='version' value='${state.version}'`);

  function autosave(body, response) {
    const fields = new URLSearchParams(body);
    const json = (status, value) => response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (state.mode === "down") return response.destroy();
    if (state.mode === "session") return response.writeHead(303, { location: "/connexion" }).end();
    if (state.mode === "conflict") return json(409, {});
    state.received.push(fields);
    state.version += 1;
    return json(200, {
      saved: true, version: state.version, at: "2026-11-23T09:32:00.000Z",
      errors: (fields.get("title") || "").length < 3 ? { title: "Donnez un intitulé plus long." } : {},
      live: { "live-amount": "18 000,00 €" },
    });
  }

  const server = http.createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    response.setHeader("content-security-policy", CSP);
    response.setHeader("x-content-type-options", "nosniff");
    const body = [];
    request.on("data", (part) => body.push(part));
    request.on("end", () => {
      const text = Buffer.concat(body).toString("latin1");
      const asset = path.join(assets, path.normalize(url.pathname).replace(/^\/assets/, ""));
      if (url.pathname === "/galerie" && state.mode === "session") response.writeHead(303, { location: "/connexion" }).end();
      else if (url.pathname === "/galerie") response.setHeader("content-type", "text/html; charset=utf-8").end(page());
      else if (url.pathname === "/galerie/brouillon") autosave(text, response);
      else if (url.pathname === "/galerie/enregistrer") {
        state.submitted.push(text);
        if (request.headers["x-upload"]) response.setHeader("content-type", "application/json").end(JSON.stringify({ location: "/galerie?depose=1" }));
        else response.writeHead(303, { location: "/galerie?depose=1" }).end();
      } else if (url.pathname === "/territoire/suggestions") {
        const q = (url.searchParams.get("q") || "").toLowerCase();
        const results = PLACES.filter((place) => place.label.toLowerCase().startsWith(q));
        response.setHeader("content-type", "application/json").end(JSON.stringify({ results }));
      } else if (url.pathname === "/galerie/simulation") {
        const { population, rate } = Object.fromEntries(url.searchParams);
        response.setHeader("content-type", "text/html; charset=utf-8").end(`<p data-announce>${Math.floor(population / 6)} communes éligibles à ${rate} %</p>`);
      } else if (url.pathname.startsWith("/assets/") && fs.existsSync(asset) && fs.statSync(asset).isFile())
        response.setHeader("content-type", TYPES[path.extname(asset)] || "application/octet-stream").end(fs.readFileSync(asset));
      else response.writeHead(404, { "content-type": "text/plain" }).end("not found");
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { state, url: `http://127.0.0.1:${server.address().port}`, close: () => { server.closeAllConnections(); server.close(); } };
}
