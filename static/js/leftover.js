// After an interview is handed in: shows texts that never reached the server, so that nobody has to
// wonder where they went. They are not part of the answer; they can be copied and forgotten.

import * as device from "./kept.js";

const place = document.querySelector("#leftover");

const PARTS = {
  draft: "",
  outline: ", outline",
  drawing: ", drawing (its file)",
  "probe-1": ", first follow-up",
  "probe-2": ", second follow-up",
};
// Where the report shows what was handed in; a drawing is not there in words.
const SHOWN = { draft: "", outline: "-drawing", drawing: "", "probe-1": "-probe-1", "probe-2": "-probe-2" };

async function show(stage, name, part) {
  const kept = place.dataset.kept.replace("draft", part);
  const shown = document.querySelector(`#stage-${stage}${SHOWN[part]}`);
  for (const [key, { text, isSaved, who }] of await device.all(`${kept}:${stage}`)) {
    if (who && who !== place.dataset.who) continue;
    // What was handed in after all needs no notice.
    const isHandedIn = shown?.textContent.trim() === text?.trim();
    if (isSaved || !text?.trim() || isHandedIn) {
      await device.forget(key);
      continue;
    }
    const copy = place.querySelector("template").content.cloneNode(true);
    const notice = copy.querySelector(".notice");
    copy.querySelector("[data-stage]").textContent = name + PARTS[part];
    copy.querySelector("textarea").value = text;
    copy.querySelector("button").addEventListener("click", async () => {
      await device.forget(key);
      notice.remove();
    });
    place.append(copy);
  }
}

for (const [stage, name] of Object.entries(JSON.parse(place.dataset.stages))) {
  for (const part of Object.keys(PARTS)) await show(stage, name, part);
}
