// Walks every link that a person is given, and tells which routes of docs/rights.md that opened.
import fs from "node:fs";

const ROLES = new Set(["applicant", "cosigner", "officer", "head", "finance", "secretary", "elected", "auditor", "admin"]);

// [{route, matches, anyone, roles}] of the GET routes, the most exact first.
export function readRights(file) {
  return fs.readFileSync(file, "utf8").split("\n").flatMap((line) => {
    const found = line.match(/^\| GET \| `([^`]+)` \| (.+) \|$/);
    if (!found) return [];
    const [, route, who] = found;
    const words = who.split(", ").filter((word) => ROLES.has(word));
    const pattern = route.replace(/[.]/g, "\\.").replace(/\{[a-z]+\}/g, "[^/]+");
    return [{ route, matches: new RegExp(`^${pattern}$`), anyone: who === "anyone", roles: new Set(who === "any account" ? ROLES : words) }];
  }).sort((a, b) => (a.route.match(/\{/g) || []).length - (b.route.match(/\{/g) || []).length || b.route.length - a.route.length);
}

export const routeOf = (rights, pathname) => rights.find((each) => each.matches.test(decodeURI(pathname)))?.route;

// Two addresses are the same page for our purpose when route and names of parameters are the same (and the state that is listed, so
// that files of every state are met).
const shapeOf = (rights, url) =>
  `${routeOf(rights, url.pathname)}?${[...new Set(url.searchParams.keys())].sort().join("&")} ${url.searchParams.get("etat") || ""}`;

// Follows links from `start`, at most `each` addresses of one shape (`more[route]` for those that differ much), and calls
// look(page, route) on every page; a page leads to one address of each shape only, but for
// the routes of `several`. Gives {routes, pages, files, broken}. Links to files are asked for, not opened.
export async function crawl(page, { baseUrl, rights, start, each = 1, more = {}, several = [], skip = () => false, look }) {
  const waiting = start.map((address) => new URL(address, baseUrl));
  const asked = new Set(waiting.map(String));
  const counts = new Map();
  const found = { routes: new Set(), pages: 0, files: 0, broken: [] };
  while (waiting.length) {
    const url = waiting.shift();
    const route = routeOf(rights, url.pathname);
    if (skip(url, route)) continue;
    const shape = shapeOf(rights, url);
    const seen = counts.get(shape) || 0;
    // A page that is told apart by its parameters only is looked at once.
    if (seen >= (url.search ? 1 : more[route] || each)) continue;
    counts.set(shape, seen + 1);
    const head = await page.request.get(String(url), { maxRedirects: 5 });
    if (head.status() >= 400) {
      found.broken.push(`${head.status()} ${url.pathname}${url.search}`);
      continue;
    }
    if (route) found.routes.add(route);
    if (!(head.headers()["content-type"] || "").startsWith("text/html")) {
      found.files += 1;
      continue;
    }
    await page.goto(String(url));
    const arrived = routeOf(rights, new URL(page.url()).pathname);
    if (arrived) found.routes.add(arrived);
    found.pages += 1;
    await look(page, arrived || route || url.pathname, url);
    // As an attribute: in a drawing, such as the map, the property is an object.
    const links = await page.evaluate(() => [...document.querySelectorAll("a[href], link[rel=alternate][href]")].map((link) => new URL(link.getAttribute("href"), document.baseURI).href));
    const given = new Set();
    for (const link of links) {
      const next = new URL(link, baseUrl);
      next.hash = "";
      if (next.origin !== new URL(baseUrl).origin || asked.has(String(next))) continue;
      const shape = shapeOf(rights, next);
      if (given.has(shape) && !several.includes(routeOf(rights, next.pathname))) continue;
      given.add(shape);
      asked.add(String(next));
      waiting.push(next);
    }
  }
  return found;
}
