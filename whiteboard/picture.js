// The picture of an outline, drawn by mermaid from the source that the server makes of it.

import mermaid from "mermaid";

let count = 0;

/** Draw a flowchart's source into an element, light or dark. Rejects when mermaid cannot read it. */
export async function draw(element, source, { isDark }) {
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: "strict",
    suppressErrorRendering: true,
    layout: "dagre",
    htmlLabels: false,
    theme: isDark ? "dark" : "neutral",
    fontFamily: "inherit",
    look: "classic",
    // a label lies on its arrow, and is not struck through by it
    themeCSS: `.edgeLabel rect { opacity: 1 !important; fill: ${isDark ? "#121212" : "#fff"} !important; }`,
    maxTextSize: 200_000,
    maxEdges: 2_000,
    flowchart: { useMaxWidth: true, htmlLabels: false },
  });
  count += 1;
  const { svg } = await mermaid.render(`picture-${count}`, source);
  element.innerHTML = svg;
  decode(element);
}

/** Unusual signs come by their numbers, so that none is syntax; mermaid leaves them so in SVG text. */
function decode(element) {
  for (const label of element.querySelectorAll("text, tspan")) {
    for (const node of label.childNodes) {
      if (node.nodeType !== Node.TEXT_NODE) continue;
      node.data = node.data.replace(/&#(\d+);/gu, (_, number) => String.fromCodePoint(Number(number)));
    }
  }
}
