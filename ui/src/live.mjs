// A page that is told what is new. To a timeline each entry comes rendered by the server, as on the page, and is put on
// top. When something shown before was corrected, or the rest of the page would look otherwise, it says so and offers to
// load again; nothing changes under a reader's eyes.

export function follow(shown) {
  const state = document.querySelector("[data-live-state]");
  const say = (text) => {
    if (state) state.textContent = text;
  };
  const events = new EventSource(shown.dataset.live);

  events.addEventListener("ready", () => say(state?.dataset.liveReady));

  events.addEventListener("entry", (event) => {
    const holder = document.createElement("template");
    holder.innerHTML = event.data;
    const entry = holder.content.firstElementChild;
    if (!entry || document.getElementById(entry.id)) return;
    entry.classList.add("gt-timeline__item--new");
    shown.prepend(entry);
    say("A new entry has come in. It is at the top.");
  });

  const reveal = (what) => {
    const said = document.querySelector(`[data-live-${what}]`);
    if (said) said.hidden = false;
  };
  events.addEventListener("changed", () => reveal("changed"));
  events.addEventListener("otherwise", () => reveal("otherwise"));

  events.addEventListener("closed", () => {
    events.close();
    say("Not live any more. Load the page again to go on.");
  });

  events.addEventListener("error", () => {
    say(
      events.readyState === EventSource.CLOSED
        ? "Not live: load the page again to see what is new."
        : "The connection was lost. It is being made again.",
    );
  });

  // An open stream of a child's is a look: it ends with the page.
  window.addEventListener("pagehide", () => events.close());
}
