// Writes static/vendor/codemirror-6.min.js and node-diff3-3.min.js, and beside each the licences of
// all that is in it.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const VENDOR = fileURLToPath(new URL("../static/vendor/", import.meta.url));

// The pages allow no <style> that a script writes. style-mod knows another way, a constructed sheet,
// which it keeps for shadow roots; documents have it as well.
const OF_SHADOW_ROOTS = "!root.head && root.adoptedStyleSheets";
const OF_ALL_ROOTS = "root.adoptedStyleSheets";

const styles = {
  name: "constructed style sheets",
  setup({ onLoad }) {
    onLoad({ filter: /style-mod\.js$/ }, ({ path }) => {
      const parts = readFileSync(path, "utf8").split(OF_SHADOW_ROOTS);
      if (parts.length !== 2) throw new Error("style-mod was changed: look at its StyleSet again");
      return { contents: parts.join(OF_ALL_ROOTS) };
    });
  },
};

// Licences have no one name among packages.
const LICENCES = ["LICENSE", "LICENSE.md"];

function read(name, ...files) {
  const paths = files.map((file) => `node_modules/${name}/${file}`);
  return readFileSync(paths.find(existsSync), "utf8").trim();
}

/** Give the licences of packages as one text, each said once. */
function licencesOf(packages) {
  const licences = new Map(); // text: what comes under it
  for (const name of packages) {
    const { version } = JSON.parse(read(name, "package.json"));
    const text = read(name, ...LICENCES);
    licences.set(text, [...(licences.get(text) ?? []), `${name} ${version}`]);
  }
  const parts = [...licences].map(([text, under]) => `${under.join("\n")}\n\n${text}\n`);
  return parts.join(`\n${"-".repeat(72)}\n\n`);
}

async function bundle(name, entry, plugins = []) {
  const { metafile } = await build({
    entryPoints: [entry],
    outfile: `${VENDOR}${name}.min.js`,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    metafile: true,
    plugins,
  });
  const inputs = Object.keys(metafile.inputs);
  const names = inputs.map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//u.exec(path)?.[1]);
  const packages = [...new Set(names.filter(Boolean))].sort();
  writeFileSync(`${VENDOR}${name}.LICENSE.txt`, licencesOf(packages));
}

await bundle("codemirror-6", "codemirror.js", [styles]);
await bundle("node-diff3-3", "diff3.js");
