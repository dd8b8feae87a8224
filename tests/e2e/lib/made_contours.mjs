// Contours of nowhere, so that the map is there to be tested: the real ones are in no package. Each commune of the Hauts-de-France is a
// place on a grid, by the order of its code, with the borders that it shares with its neighbours.
//   node made_contours.mjs tools/npm/node_modules/cog-6.0.0/data/communes.json FILE.geojson
import { readFileSync, writeFileSync } from "node:fs";

const [, , communes, to] = process.argv;
const COLUMNS = 62;
const codes = JSON.parse(readFileSync(communes, "utf8"))
  .filter((each) => each.region === "32" && each.type === "commune-actuelle").map((each) => each.code).sort();

// Corners stray from the grid, always the same way, so that two neighbours agree on them.
const corner = (column, row) => [1.4 + (column + 0.3 * Math.sin(column * 7 + row * 13)) * 0.045, 51.1 - (row + 0.3 * Math.sin(column * 11 + row * 5)) * 0.037];

const features = codes.map((code, at) => {
  const [column, row] = [at % COLUMNS, Math.floor(at / COLUMNS)];
  const ring = [[0, 1], [1, 1], [1, 0], [0, 0], [0, 1]].map(([right, down]) => corner(column + right, row + down));
  return { type: "Feature", properties: { code }, geometry: { type: "Polygon", coordinates: [ring] } };
});
writeFileSync(to, JSON.stringify({ type: "FeatureCollection", features }));
