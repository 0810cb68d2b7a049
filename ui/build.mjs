// Builds dist/ from src/ and the pinned packages. The same input gives the same bytes, so that a check can compare.

import { writeFile, copyFile } from "node:fs/promises";
import { build } from "esbuild";
import { compile } from "sass";

const here = new URL(".", import.meta.url).pathname;

const { css } = compile(`${here}src/goldthread.scss`, {
  loadPaths: [`${here}node_modules`],
  style: "compressed",
  quietDeps: true,
});
await writeFile(`${here}dist/goldthread.css`, css);

await build({
  entryPoints: [`${here}src/goldthread.mjs`],
  outfile: `${here}dist/goldthread.js`,
  bundle: true,
  format: "esm",
  target: ["es2020"],
  minify: true,
  legalComments: "none",
  logLevel: "warning",
});

await copyFile(`${here}src/favicon.svg`, `${here}dist/favicon.svg`);
