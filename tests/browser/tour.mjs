// Takes a picture of every page, in the order somebody meets them, and writes the page that shows them.

import { writeFile } from "node:fs/promises";

import { NODE, TILLY, ask, be, isAccessible, open, pick, tell, visit } from "./chromium.mjs";

/// Missing tonight.
const KEIRA = "999 000 0107";

const folder = process.env.TOUR_FOLDER;
const shown = [];
const visited = new Set();
const browser = await open();
const { page } = await visit(browser);

/// References are of one node, and when an alert was found depends on how fast the story was told; in a picture they are
/// always the same, so that a picture changes only when its page does.
async function settle() {
  await page.waitForLoadState();
  await page.evaluate(() => {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const text = walker.currentNode;
      text.data = text.data.replace(/[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\b/g, "7K3Q-9F2M-C");
      text.data = text.data.replace(/Last changed [^.]+\./, "Last changed 9 March 2026.");
    }
    for (const name of document.querySelectorAll(".gt-facts dt")) {
      const isWhen = ["Raised", "Its evidence last changed"].includes(name.textContent);
      if (isWhen) name.nextElementSibling.textContent = "9 March 2026, 9:00am";
    }
    document.activeElement?.blur();
  });
}

/// A story that is held open is a look of its own: whoever goes on before it is leaves another trail.
async function live() {
  await page.getByText("Live: new entries appear here by themselves.").waitFor();
}

async function picture(name, words) {
  await isAccessible(page);
  await settle();
  const file = `${String(shown.length + 1).padStart(2, "0")}-${name}.png`;
  await page.screenshot({ path: `${folder}/${file}`, fullPage: true, animations: "disabled" });
  shown.push({ file, words });
  visited.add(new URL(page.url()).pathname);
}

await page.goto(NODE);
await picture("start", "The first page of a demonstration: whom to be.");

await be(page, "Tom Adeyemi");
await picture("nurse", "It is five past two in the morning. An emergency nurse says why he asks before he says whom he looks for.");
await page.goto(`${NODE}/ask`);
await picture("ask-why", "Purpose comes before search: why do you ask?");
await page.getByRole("link", { name: "The child is here now" }).click();
await picture("ask", "Then whom, by what is known of them, and on what ground.");
await page.getByLabel("NHS number", { exact: true }).fill("999 000 0019");
await page.getByRole("button", { name: "Ask", exact: true }).click();
await picture("ask-wrong", "What is wrong is said on top and at the field. Nothing typed is lost.");
await ask(page, "The child is here now", TILLY.number, "A burn to the hand, three days old");
await picture("receipt", "The receipt: a reference to quote, how the child stands, and the number that is answered at this hour.");
await page.getByRole("link", { name: "Open the child’s story" }).click();
await live();
await page.getByRole("link", { name: "Change" }).click();
await picture("look-why", "Purpose comes before looking, too.");
await page.goBack();
await live();
await picture("story-nurse", "The nurse is told how the child stands and whom to ring, and not what happened.");
await page.getByRole("link", { name: "Tell what you know" }).click();
await picture("tell", "Telling the front door.");
await tell(page, "Unexplained injury", "A burn to the left hand, three days old, not dressed.\nShe says she did it making tea for Jonah.");
await picture("check", "Before it goes on record: the answers, and who will see which part, as policy decides it.");
await page.getByRole("button", { name: "Put it on record" }).click();
await picture("told", "On record, and by when the front door decides, by the limit that holds.");
await page.goto(`${NODE}/ask/attendance`);
await page.getByLabel("By name and date of birth").check();
await page.getByLabel("Given name", { exact: true }).fill("Tily");
await page.getByLabel("Family name", { exact: true }).fill("Marsch");
await pick(page, "Date of birth", "30", "4", "2019");
await page.getByLabel("Why do you ask?").fill("The name as her grandmother says it");
await page.getByRole("button", { name: "Ask", exact: true }).click();
await page.getByRole("heading", { name: "Is it one of these?" }).waitFor();
await picture("near", "Nobody is called that. Before no trace is believed, those who are near are shown, each with why.");
await page.getByRole("navigation").getByRole("link", { name: "What we told" }).click();
await picture("what-we-told", "What the hospital told, and what became of it.");
await page.getByRole("navigation").getByRole("link", { name: "Answers that differ" }).click();
await picture("notices", "Answers that would now differ: for four weeks whoever asked is told so. None does here.");

await be(page, "Priya Nolan");
await ask(page, "Deciding whether to tell social care", "999 000 0182", "New to the school, and often hungry");
await picture("no-trace", "A safeguarding lead asks about a child nobody knows. No trace is an answer and never a reassurance.");

await be(page, "Ruth Calder");
await page.getByRole("navigation").getByRole("link", { name: "What has come in" }).click();
await picture("queue", "What has come in, danger first and then the longest wait; beside it what adds up by published rules, with the reason.");
await page.getByRole("link", { name: /Small things that add up: .*Ellwood/ }).click();
await picture("alert", "An alert is advice: what it rests on, the rule and its window, and what a person decides. It gives no score.");
await page.goto(`${NODE}/queue`);
await page.getByRole("link", { name: "Tilly Marsh: Unexplained injury" }).click();
await picture("contact", "A contact with its account, the event it tells of, and the decision about it.");
await page.getByRole("link", { name: TILLY.name }).click();
await live();
await picture("story", "The child’s story, whole, for those who decide: the thread of what happened, newest first and live.");
await pick(page, "At the end of the day", "15", "2", "2026");
await page.getByRole("button", { name: "Look back" }).click();
await page.locator(".gt-past").waitFor();
await picture("past", "The time machine: the same story as it was known on a day in February.");

await be(page, "Owen Stubbs");
await picture("manager", "A team manager’s first page.");
await page.goto(`${NODE}/measures`);
await picture("measures", "What is counted of the work, each figure with its twelve months beside England’s. Nothing is judged.");
await page.getByRole("link", { name: "Contacts decided within 1 working day" }).click();
await picture("measure", "One measure, month by month, drawn by the node and in a table; what is counted, and by which definition.");
await page.goto(`${NODE}/measures/plans-by-category`);
await picture("measure-parts", "A measure by its parts.");
await page.goto(`${NODE}/measures/assessments-45-working-days`);
await picture("measure-england", "A measure with England’s figure as a line.");
await page.getByRole("link", { name: "The children behind this figure" }).click();
await picture("measure-children", "The children behind a figure, for those who answer for the work with them.");
await be(page, "Mei Harcourt");
await picture("auditor", "An auditor’s first page.");
await page.getByRole("navigation").getByRole("link", { name: "Find a record" }).click();
await picture("find", "An auditor finds a record without asking about anybody. The look goes on record.");
await page.getByLabel("NHS number").fill(TILLY.number);
await page.getByRole("button", { name: "Find" }).click();
await live();
await page.getByRole("link", { name: "Who has looked" }).click();
await picture("looks", "Who has looked at a child, why, and how much they were shown. That the auditor looked is on it too.");
await page.goto(`${NODE}/measures`);
await picture("measures-auditor", "The same figures for somebody who may not see the children: small numbers are hidden.");
await page.goto(`${NODE}/reviews`);
await picture("reviews", "How the record is used: searches that nothing came of are looked at by somebody.");
await page.getByRole("link", { name: "Priya Nolan" }).click();
await picture("review", "A review says what was counted, accuses nobody, and is concluded.");
await page.goto(`${NODE}/nowhere`);
await picture("nowhere", "A page that is not there, in the same dress.");

await be(page, "Tom Adeyemi");
await ask(page, "The child is here now", KEIRA, "Brought in by a friend, who left");
await page.getByRole("link", { name: "Open the child’s story" }).click();
await live();
await page.locator(".gt-missing").waitFor();
await picture("story-missing", "That a child is missing stands before everything else, on every page about them.");
await page.getByRole("link", { name: "Tell what you know" }).click();
await page.getByRole("heading", { name: "Tell the front door about a child" }).waitFor();
await page.getByLabel("What did you see or hear?").fill("She is in the waiting room, and says that she will not go back.");
await page.context().clearCookies();
await page.getByRole("button", { name: "Check before it goes on record" }).click();
await page.getByRole("heading", { name: "Sign in again" }).waitFor();
await picture("kept", "Signed out in the middle of telling: what was typed is kept for whoever typed it, and shown to nobody else.");

await page.setViewportSize({ width: 390, height: 844 });
await be(page, "Tom Adeyemi");
await ask(page, "The child is here now", TILLY.number, "Back for the dressing");
await picture("telephone", "The receipt on a telephone.");

await page.setViewportSize({ width: 1200, height: 900 });
await be(page, "Priya Nolan");
await page.goto(`${NODE}/notices`);
await page.getByRole("row").getByRole("link").first().click();
await picture("notice", "An answer that would now differ: the notice never says how. Whoever asked asks again, and their agency says what was done.");

await ask(page, "Deciding whether to tell social care", TILLY.number, "Came in without a coat, with a friend");
await page.getByRole("link", { name: "Tell what you know" }).click();
await page.getByText("Somebody else, by name").waitFor();
const somebody = page.getByRole("group", { name: "Somebody else, 1 of 3" });
if (!(await somebody.isVisible())) await page.getByText("Somebody else, by name").click();
await somebody.getByLabel("What are they called?").fill("Wren");
await somebody.getByLabel("Subject of the worry").check();
await tell(page, "Neglect", "Neither had eaten since the day before.", "Whom is each worry about?");
await picture("tell-about", "A worry about one is not on the story of another: where there are several, each is asked about.");
await browser.close();

const lines = [
  "# The tour",
  "",
  "Every page, as Chromium shows it over the demonstration’s family. Nobody here exists. `make docs` takes these",
  "pictures afresh.",
  "",
];
shown.forEach(({ file, words }, place) => lines.push(`## ${place + 1}. ${words}`, "", `![${words}](${file})`, ""));
await writeFile(`${folder}/README.md`, lines.join("\n"));
await writeFile(process.env.TOUR_VISITED, [...visited].join("\n"));
