// The front door at work: what adds up, one event told of by several, passing on, and who may be meant.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { NODE, TILLY, ask, be, holds, open, pick, tell, visit, walk as walkAs } from "../chromium.mjs";

let browser;
before(async () => {
  browser = await open();
});
after(() => browser.close());

const walk = (name, steps) => walkAs(browser, name, steps);

const queue = (page) => page.getByRole("navigation").getByRole("link", { name: "What has come in" }).click();

const tellOfTilly = (page, why, concern, account) => tellOf(page, TILLY.number, why, concern, account);

async function tellOf(page, number, why, concern, account) {
  await ask(page, why, number, "Before telling");
  await page.getByRole("link", { name: "Tell what you know" }).click();
  await tell(page, concern, account);
  await page.getByRole("button", { name: "Put it on record" }).click();
  await page.getByRole("heading", { name: "The front door has been told" }).waitFor();
}

/// The child's story in a browser of its own, where nobody does anything.
async function openStory(who, why, number) {
  const reader = await visit(browser);
  await be(reader.page, who);
  await ask(reader.page, why, number, "To keep it open");
  await reader.page.getByRole("link", { name: "Open the child’s story" }).click();
  await reader.page.getByText("Live: new entries appear here by themselves.").waitFor();
  return reader;
}

test("what adds up is told with its reason, weighed by opinions, and dismissed only with a reason", async () => {
  const open = await openStory("Ruth Calder", "Deciding whether to tell social care", "999 000 0034");
  const otherwise = open.page.getByText("This page would look otherwise now");
  const reading = open.page.getByRole("link", { name: "Tell what you know" });
  await walk("Ruth Calder", async (page) => {
    await ask(page, "Deciding whether to tell social care", "999 000 0034", "Before deciding");
    await page.getByRole("link", { name: "Open the child’s story" }).click();
    await page.getByRole("heading", { name: "What adds up" }).waitFor();
    await page.getByText("there was domestic abuse at home").first().waitFor();
    await holds(page);
    await queue(page);
    await page.getByRole("heading", { name: "What adds up" }).waitFor();
    await holds(page);
    await page.getByRole("link", { name: /Small things that add up: .*Ellwood/ }).click();
    await page.getByText("A person decides.").waitFor();
    await page.getByRole("link", { name: /domestic abuse/ }).first().waitFor();
    await page.getByText("Within 12 weeks", { exact: true }).waitFor();
    await holds(page);
    await page.getByLabel("Protective").check();
    await page.getByLabel("Your opinion").fill("The mother rang the health visitor herself.");
    await page.getByRole("button", { name: "Give this opinion" }).click();
    await page.getByText("The mother rang the health visitor herself.").waitFor();
    await page.getByText(/Opinion on all of it/).waitFor();
    await page.getByLabel("Nothing: dismiss it").check();
    await page.getByRole("button", { name: "Decide" }).click();
    await page.getByRole("link", { name: "Say why nothing follows" }).waitFor();
    assert.ok(await page.getByLabel("Nothing: dismiss it").isChecked());
    await holds(page);
    await page.getByLabel("Why?").fill("Seen at home this morning; the father has moved out.");
    await reading.focus();
    assert.ok(!(await otherwise.isVisible()), "an opinion is not shown on the story");
    await page.getByRole("button", { name: "Decide" }).click();
    await page.getByText("Seen at home this morning").waitFor();
    assert.equal(await page.getByRole("button", { name: "Decide" }).count(), 0);
    await holds(page);
  });
  await otherwise.waitFor();
  assert.ok(await reading.evaluate((link) => link === document.activeElement), "whoever reads goes on reading");
  assert.equal(await open.page.getByText("To be decided").count(), 1, "nothing changes under their eyes");
  await holds(open.page);
  await open.page.getByRole("link", { name: "See how they stand now" }).click();
  await open.page.getByText("Live: new entries appear here by themselves.").waitFor();
  assert.equal(await open.page.getByText("To be decided").count(), 0);
  assert.ok(!(await otherwise.isVisible()));
  assert.deepEqual(open.wrong, []);
});

test("those who do not take contacts are not shown alerts", async () => {
  await walk("Tom Adeyemi", async (page) => {
    await ask(page, "The child is here now", "999 000 0034", "A cough");
    await page.getByRole("link", { name: "Open the child’s story" }).click();
    assert.equal(await page.getByRole("heading", { name: "What adds up" }).count(), 0);
  });
});

test("what several tell of one event is joined, and parted again", async () => {
  await walk("Priya Nolan", async (page) => {
    await tellOfTilly(page, "Deciding whether to tell social care", "A teacher’s concern", "Cried at the gate.");
    await be(page, "Tom Adeyemi");
    await tellOfTilly(page, "The child is here now", "Seen in unscheduled care", "Brought in by a neighbour.");
    await be(page, "Ruth Calder");
    await queue(page);
    await page.getByRole("link", { name: "Tilly Marsh: Seen in unscheduled care" }).click();
    await page.getByRole("button", { name: "Join them" }).click();
    await page.getByRole("link", { name: "Choose a contact that tells of the same event" }).waitFor();
    await holds(page);
    await page.getByLabel(/a teacher’s concern/).check();
    await page.getByRole("button", { name: "Join them" }).click();
    await page.getByRole("heading", { name: "The same event, told of by others" }).waitFor();
    await holds(page);
    await queue(page);
    await page.getByText("2 contacts about one event").waitFor();
    await holds(page);
    await page.getByRole("link", { name: "Tilly Marsh: Seen in unscheduled care" }).click();
    await page.getByRole("button", { name: "It tells of something else: part it" }).click();
    await page.getByRole("button", { name: "Join them" }).waitFor();
  });
});

test("a contact is passed on to an agency that is registered", async () => {
  await walk("Ruth Calder", async (page) => {
    await queue(page);
    await page.getByRole("link", { name: "Tilly Marsh: Seen in unscheduled care" }).click();
    await page.getByLabel("Passed on").check();
    await page.getByLabel("To which agency?").fill("Beck");
    await page.getByLabel("Why?").fill("The school sees her every day.");
    await page.getByRole("button", { name: "Decide" }).click();
    await page.getByRole("link", { name: /by its whole name/ }).waitFor();
    assert.equal(await page.getByLabel("To which agency?").inputValue(), "Beck");
    assert.equal(await page.getByLabel("Why?").inputValue(), "The school sees her every day.");
    await holds(page);
    await page.getByLabel("To which agency?").fill("Beck Lane Primary School");
    await page.getByRole("button", { name: "Decide" }).click();
    await page.getByText("The school sees her every day.").waitFor();
    await holds(page);
  });
});

test("the queue is live: its open page is told that something has come in, and changes nothing by itself", async () => {
  const door = await visit(browser);
  await be(door.page, "Ruth Calder");
  await queue(door.page);
  await door.page.getByText("Live: you are told here when something comes in or is decided.").waitFor();
  await holds(door.page);
  const contacts = door.page.locator(".gt-queue__contact");
  const begun = await contacts.count();
  const school = await visit(browser);
  await be(school.page, "Priya Nolan");
  const why = "Deciding whether to tell social care";
  await tellOf(school.page, "999 000 0034", why, "Neglect", "No coat again today.");
  await door.page.getByText("Something has come in, or was decided.").waitFor();
  assert.equal(await contacts.count(), begun);
  await holds(door.page);
  await door.page.getByRole("link", { name: "Load the queue again" }).click();
  await door.page.getByText("Live: you are told here").waitFor();
  assert.equal(await contacts.count(), begun + 1);
  assert.ok(!(await door.page.getByText("Something has come in, or was decided.").isVisible()));
  assert.deepEqual([...door.wrong, ...school.wrong], []);
});

async function byName(page, given, family, [day, month, year]) {
  await page.goto(`${NODE}/ask/attendance`);
  await page.getByLabel("By name and date of birth").check();
  await page.getByLabel("Given name", { exact: true }).fill(given);
  await page.getByLabel("Family name", { exact: true }).fill(family);
  await pick(page, "Date of birth", day, month, year);
  await page.getByLabel("Why do you ask?").fill("A burn");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
}

test("those who are near are shown before no trace is believed", async () => {
  await walk("Tom Adeyemi", async (page) => {
    await byName(page, "Tily", "Marsch", ["30", "4", "2019"]);
    await page.getByRole("heading", { name: "Is it one of these?" }).waitFor();
    assert.ok((await page.locator(".gt-near__one").count()) <= 10);
    await page.getByText("one letter different").first().waitFor();
    await holds(page);
    await page.getByRole("button", { name: "Change what I typed" }).click();
    assert.equal(await page.getByLabel("Family name", { exact: true }).inputValue(), "Marsch");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.getByRole("button", { name: "Ask about this child" }).first().click();
    await page.getByRole("heading", { name: TILLY.name }).waitFor();
    await holds(page);
    await byName(page, "Tily", "Marsch", ["30", "4", "2019"]);
    await page.getByRole("button", { name: "None of these: ask all the same" }).click();
    await page.getByRole("heading", { name: "No record was found" }).waitFor();
    await byName(page, "Tilly", "Marsh", ["30", "4", "2019"]);
    await page.getByRole("heading", { name: TILLY.name }).waitFor();
  });
});

test("a number that nobody has shows those who are near the name, before no trace is believed", async () => {
  await walk("Tom Adeyemi", async (page) => {
    const ask = async () => {
      await page.goto(`${NODE}/ask/attendance`);
      await page.getByLabel("By NHS number").check();
      await page.getByLabel("NHS number", { exact: true }).fill("999 000 0182");
      await page.getByLabel("Given name, if you know it").fill("Tily");
      await page.getByLabel("Family name, if you know it").fill("Marsch");
      await pick(page, "Date of birth, if you know it", "30", "4", "2019");
      await page.getByLabel("Why do you ask?").fill("A burn");
      await page.getByRole("button", { name: "Ask", exact: true }).click();
      await page.getByRole("heading", { name: "Is it one of these?" }).waitFor();
    };
    await ask();
    await holds(page);
    await page.getByRole("button", { name: "Change what I typed" }).click();
    assert.equal(await page.getByLabel("Family name, if you know it").inputValue(), "Marsch");
    await holds(page);
    await ask();
    await page.getByRole("button", { name: "Ask about this child" }).first().click();
    await page.getByRole("heading", { name: TILLY.name }).waitFor();
    await ask();
    await page.getByRole("button", { name: "None of these: ask all the same" }).click();
    await page.getByRole("heading", { name: "No record was found" }).waitFor();
  });
});

test("inside a front door a name is enough to look by, and outside it what is missing is said", async () => {
  await walk("Ruth Calder", async (page) => {
    await page.goto(`${NODE}/ask/referral-consideration`);
    await page.getByLabel("By what I know").check();
    await page.getByLabel("Family name, as heard").fill("Marsch");
    await page.getByLabel("Why do you ask?").fill("A caller gave a name");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.getByRole("heading", { name: "Tilly Marsh" }).waitFor();
    await holds(page);
  });
  await walk("Tom Adeyemi", async (page) => {
    await page.goto(`${NODE}/ask/attendance`);
    await page.getByLabel("By what I know").check();
    await page.getByLabel("Family name, as heard").fill("Marsch");
    await page.getByLabel("Why do you ask?").fill("A caller gave a name");
    await page.getByRole("button", { name: "Ask", exact: true }).click();
    await page.getByRole("link", { name: /date of birth to the month at least, or a postcode/ }).waitFor();
    assert.equal(await page.getByLabel("Family name, as heard").inputValue(), "Marsch");
    await holds(page);
  });
});

test("before a new record is opened those who are near are shown", async () => {
  await walk("Priya Nolan", async (page) => {
    await page.goto(`${NODE}/contacts/new?for=referral-consideration`);
    await page.getByLabel("Given name").fill("Tily");
    await page.getByLabel("Family name").fill("Marsch");
    await page.getByLabel("Day").first().fill("30");
    await page.getByLabel("Month").first().fill("4");
    await page.getByLabel("Year").first().fill("2019");
    await page.getByLabel("Neglect", { exact: true }).check();
    await page.getByLabel("What did you see or hear?").fill("No lunch again.");
    await page.getByLabel("A concern", { exact: true }).check();
    await page.getByLabel("Just now").check();
    await page.getByLabel("Yes", { exact: true }).check();
    await page.getByRole("button", { name: "Check before it goes on record" }).click();
    await page.getByRole("heading", { name: "Is it one of these?" }).waitFor();
    await holds(page);
    await page.getByRole("button", { name: "It is about this child" }).first().click();
    await page.getByRole("heading", { name: "Who will see which part" }).waitFor();
    await page.getByText("Tilly Marsh, born 30 April 2019").waitFor();
    await page.getByText("No lunch again.").waitFor();
    await holds(page);
    await page.getByRole("button", { name: "Change something" }).click();
    assert.equal(await page.getByLabel("What did you see or hear?").inputValue(), "No lunch again.");
    await page.getByText("About: Tilly Marsh").waitFor();
  });
});

test("a brother and a mother are named in one contact, each in their own part", async () => {
  await walk("Ruth Calder", async (page) => {
    await ask(page, "Deciding whether to tell social care", TILLY.number, "Before telling");
    await page.getByRole("link", { name: "Tell what you know" }).click();
    const part = (who, what) => page.getByRole("group", { name: who }).getByLabel(what, { exact: true });
    assert.ok(await part("What is the child’s part in it?", "Subject of the worry").isChecked());
    await part(/^Jonah Marsh, brother or sister/, "Subject of the worry").check();
    await part(/^Dana Marsh, mother/, "Alleged to have harmed").check();
    await part(/^Dana Marsh, mother/, "Was there").check();
    await page.getByLabel("Telephone", { exact: true }).check();
    await holds(page);
    await tell(page, "Physical abuse", "Both were hit.", "Whom is each worry about?");
    await page.getByLabel("Jonah Marsh, brother or sister").check();
    await holds(page);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("heading", { name: "Who will see which part" }).waitFor();
    await page.getByText("Jonah Marsh, brother or sister").waitFor();
    await page.getByText("alleged to have harmed, and was there").waitFor();
    await page.getByText("only those who see all of each of them can read the account").waitFor();
    await holds(page);
    await page.getByRole("button", { name: "Change something" }).click();
    assert.ok(await part(/^Dana Marsh, mother/, "Was there").isChecked());
    assert.ok(!(await part(/^Dana Marsh, mother/, "Witness").isChecked()));
  });
});
