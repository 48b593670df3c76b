/**
 * Bundles src/call.js into dist/call.js, with the source map and the licences of what is inside beside it.
 * The source map is for debugging here; pages do not refer to it.
 */

import { readFile, readdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const BUDGET_BYTES = 100 * 1024;
const here = fileURLToPath(new URL(".", import.meta.url));

const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ["src/call.js"],
  outfile: "dist/call.js",
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  sourcemap: "external",
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
});

const packages = [
  ...new Set(Object.keys(metafile.inputs).flatMap((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? [])),
].sort();
await writeFile(`${here}dist/call.js.LEGAL.txt`, (await Promise.all(packages.map(licence))).join("\n\n"));

const size = gzipSync(await readFile(`${here}dist/call.js`)).length;
console.log(`dist/call.js: ${(size / 1024).toFixed(1)} KiB gzipped, with ${packages.join(", ")}`);
if (size > BUDGET_BYTES) {
  throw new Error(`dist/call.js is over its budget of ${BUDGET_BYTES / 1024} KiB gzipped: look for what was added.`);
}

/**
 * The notice that a bundled package asks to be kept with every copy.
 * @param {string} name
 */
async function licence(name) {
  const folder = `${here}node_modules/${name}`;
  const { version, license } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
  const file = (await readdir(folder)).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file ? await readFile(`${folder}/${file}`, "utf8") : "";
  return `${name} ${version} (${license})\n\n${text.trim()}\n`;
}
