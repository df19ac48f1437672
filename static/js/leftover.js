// After an interview is handed in: shows texts that never reached the server, so that nobody has to
// wonder where they went. They are not part of the answer; they can be copied and forgotten.

import * as device from "./kept.js";

const place = document.querySelector("#leftover");

for (const [stage, name] of Object.entries(JSON.parse(place.dataset.stages))) {
  for (const [key, { text, isSaved }] of device.all(`${place.dataset.kept}:${stage}`)) {
    // What was handed in after all needs no notice.
    const isHandedIn = document.querySelector(`#stage-${stage}`)?.textContent.trim() === text?.trim();
    if (isSaved || !text?.trim() || isHandedIn) {
      device.forget(key);
      continue;
    }
    const copy = place.querySelector("template").content.cloneNode(true);
    const notice = copy.querySelector(".notice");
    copy.querySelector("[data-stage]").textContent = name;
    copy.querySelector("textarea").value = text;
    copy.querySelector("button").addEventListener("click", () => {
      device.forget(key);
      notice.remove();
    });
    place.append(copy);
  }
}
