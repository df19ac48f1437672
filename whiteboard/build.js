// Writes static/vendor/whiteboard/: the board (Excalidraw), the picture of an outline (mermaid),
// the fonts they draw with, and the licences of all that is in them.

import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const TARGET = fileURLToPath(new URL("../static/vendor/whiteboard/", import.meta.url));
const EXCALIDRAW = "node_modules/@excalidraw/excalidraw/dist/prod";
// Chinese, Japanese and Korean letters by hand: 13 MB. Their letters are drawn in the device's own font.
const LEFT_OUT = "Xiaolai";

// What is loaded only for something that our boards do not have: other languages, images, fonts cut
// to size for files, diagrams written in mermaid, and mermaid's other diagrams, layouts and formulas.
const NEVER = [
  /\/locales\/(?!en-|percentages)/u,
  /^(pica|image-blob-reduce|katex|@excalidraw\/mermaid-to-excalidraw)$/u,
  /\/subset-(worker|shared)\.chunk/u,
  /\/mermaid\.core\/(?!flowDiagram-)/u,
  /^\.\/(bpmnIcons|cose-bilkent|elk|sizeCapture|swimlanes)-/u,
];

const without = {
  name: "without what is never loaded",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path, kind }) => {
      const isNever = kind === "dynamic-import" && NEVER.some((each) => each.test(path));
      return isNever ? { path: "never", namespace: "never" } : undefined;
    });
    onLoad({ filter: /./, namespace: "never" }, () => ({ contents: "export default {};" }));
  },
};

// A font that is not found on our host would be asked of another one.
const FALLBACK = /return (\w+)\.push\(new URL\(\w+,\w+\.ASSETS_FALLBACK_URL\)\),\1\}/u;

const ownFonts = {
  name: "fonts from our own files",
  setup({ onLoad }) {
    onLoad({ filter: /dist\/prod\/chunk-.*\.js$/ }, ({ path }) => {
      const contents = readFileSync(path, "utf8");
      if (!contents.includes("ASSETS_FALLBACK_URL")) return undefined;
      if (!FALLBACK.test(contents)) throw new Error("Excalidraw was changed: look at its fonts again");
      const left = new RegExp(`"\\./fonts/${LEFT_OUT}/[^"]*"`, "gu");
      return {
        contents: contents.replace(FALLBACK, "return $1}").replace("https://esm.sh/", "about:blank#").replace(left, '"local:"'),
      };
    });
  },
};

rmSync(TARGET, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ["board.jsx", "picture.js"],
  outdir: TARGET,
  chunkNames: "parts/[name]-[hash]",
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  jsx: "automatic",
  target: "es2022",
  conditions: ["production"],
  define: { "process.env.NODE_ENV": '"production"' },
  external: ["./fonts/*"],
  legalComments: "none",
  metafile: true,
  plugins: [without, ownFonts],
});
cpSync(`${EXCALIDRAW}/fonts`, `${TARGET}fonts`, {
  recursive: true,
  filter: (path) => !path.includes(`/${LEFT_OUT}`),
});

const inputs = Object.values(metafile.outputs).flatMap(({ inputs: parts }) =>
  Object.entries(parts).filter(([, { bytesInOutput }]) => bytesInOutput).map(([path]) => path),
);
const paths = inputs.map((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//u.exec(path)?.[1]);
const licences = new Map(); // text: what comes under it
for (const path of [...new Set(paths.filter(Boolean))].sort()) {
  const { name, version, license } = JSON.parse(readFileSync(`${path}/package.json`, "utf8"));
  const file = readdirSync(path).find((each) => /^(mit-)?licen[sc]e/iu.test(each));
  const text = file ? readFileSync(`${path}/${file}`, "utf8").trim() : `(no file of its own: ${license})`;
  licences.set(text, [...(licences.get(text) ?? []), `${name} ${version}`]);
}
const texts = [...licences].map(([text, under]) => `${under.join("\n")}\n\n${text}\n`);
writeFileSync(`${TARGET}LICENSE.txt`, texts.join(`\n${"-".repeat(72)}\n\n`));
