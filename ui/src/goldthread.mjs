// What scripts add to pages that work without them: a second click that does nothing, focus on what is wrong, and a
// page that is told what is new. Nothing here decides anything.

import { Button, CharacterCount, ErrorSummary, ServiceNavigation, SkipLink, createAll } from "govuk-frontend";

import { watch } from "./idle.mjs";
import { follow } from "./live.mjs";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

createAll(Button, { preventDoubleClick: true });
createAll(CharacterCount);
createAll(ErrorSummary);
createAll(ServiceNavigation);
createAll(SkipLink);

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const shown of document.querySelectorAll("[data-live]")) {
  follow(shown);
}

const { idleSeconds } = document.body.dataset;
if (idleSeconds) watch(Number(idleSeconds));
