// Somebody who does nothing is signed out by the server. Before that the page asks whether they are still there; after it,
// it covers what it shows and keeps what was typed. The server alone knows: another tab may be in use.

/// The page asks this long before, or at half the time where that is shorter.
const ASKS_BEFORE_SECONDS = 120;
const LOOKS_EVERY_MS = 5_000;

export function watch(seconds) {
  const asking = document.querySelector("[data-idle-asks]");
  const over = document.querySelector("[data-idle-over]");
  if (!asking || !over) return;
  const asksBefore = Math.min(ASKS_BEFORE_SECONDS, seconds / 2);
  const after = (left) => Date.now() + left * 1000;
  let ends = after(seconds);

  const left = async () => {
    const answer = await fetch("/session", { headers: { accept: "application/json" } });
    if (answer.status === 401) return 0;
    if (!answer.ok) throw new Error(`the session cannot be read: ${answer.status}`);
    const { seconds, form } = await answer.json();
    for (const field of document.querySelectorAll("input[name=form]")) {
      // Somebody else has signed in since: this page is not theirs.
      if (field.value.split(".")[0] !== form.split(".")[0]) {
        document.body.replaceChildren();
        location.replace("/");
        return 0;
      }
      field.value = form;
    }
    return seconds;
  };

  const show = (seconds) => {
    ends = after(seconds);
    const isOver = seconds <= 0;
    const isAsking = !isOver && seconds <= asksBefore;
    for (const [dialog, isShown] of [[asking, isAsking], [over, isOver]]) {
      if (isShown && !dialog.open) dialog.showModal();
      if (!isShown && dialog.open) dialog.close();
    }
  };

  const look = async () => {
    const seconds = (ends - Date.now()) / 1000;
    if (seconds > asksBefore || over.open) return;
    try {
      show(await left());
    } catch {
      // Out of reach: what the page knows itself holds.
      show(seconds);
    }
  };

  asking.querySelector("button").addEventListener("click", async () => {
    const form = document.querySelector(".gt-who form");
    await fetch("/session", { method: "POST", body: new URLSearchParams(new FormData(form)) });
    show(await left());
  });
  over.querySelector("button").addEventListener("click", async () => show(await left()));
  // Whoever is at the screen by now does not see what is under it.
  over.addEventListener("cancel", (event) => event.preventDefault());

  setInterval(look, LOOKS_EVERY_MS);
  document.addEventListener("visibilitychange", look);
}
