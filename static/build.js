/**
 * Bundles the pages' scripts into dist/, with the source map and the licences of what is inside beside each.
 * The source maps are for debugging here; pages do not refer to them.
 */

import { readFile, readdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

/** Script → KiB that it may take, gzipped. */
const BUDGETS = { call: 100, talk: 60, reading: 4, lobby: 3, reader: 6, feeds: 3, copying: 2, player: 6, installable: 1, shell: 2, inviting: 1 };
const here = fileURLToPath(new URL(".", import.meta.url));

for (const [name, budget] of Object.entries(BUDGETS)) {
  const { metafile } = await build({
    absWorkingDir: here,
    entryPoints: [`src/${name}.js`],
    outfile: `dist/${name}.js`,
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
  if (packages.length) await writeFile(`${here}dist/${name}.js.LEGAL.txt`, (await Promise.all(packages.map(licence))).join("\n\n"));

  const size = gzipSync(await readFile(`${here}dist/${name}.js`)).length;
  console.log(`dist/${name}.js: ${(size / 1024).toFixed(1)} KiB gzipped, with ${packages.join(", ") || "our own code alone"}`);
  if (size > budget * 1024) {
    throw new Error(`dist/${name}.js is over its budget of ${budget} KiB gzipped: look for what was added.`);
  }
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
