// The same work with scripts turned off, on a telephone's screen.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { NODE, TILLY, ask, be, namesNobody, open, pick, tell, visit } from "../chromium.mjs";

let browser;
before(async () => {
  browser = await open();
});
after(() => browser.close());

const plain = () => visit(browser, { javaScriptEnabled: false, viewport: { width: 390, height: 844 } });

/// Nothing hangs over the edge of a small screen.
async function fits(page) {
  const box = await page.locator("main").boundingBox();
  assert.ok(box.width <= 390, `${page.url()} is ${box.width} wide`);
  await namesNobody(page);
}

test("a nurse asks, reads the receipt and tells", async () => {
  const { page, wrong } = await plain();
  await be(page, "Tom Adeyemi");
  await fits(page);
  await ask(page, "The child is here now", TILLY.number, "Fell from a wall");
  await fits(page);
  await page.getByText("Being assessed").waitFor();
  await page.getByRole("link", { name: "Tell what you know" }).click();
  await fits(page);
  await tell(page, "Unexplained injury", "The wrist, and a story that changed.");
  await fits(page);
  await page.getByRole("button", { name: "Put it on record" }).click();
  await page.getByRole("heading", { name: "The front door has been told" }).waitFor();
  assert.deepEqual(wrong, []);
});

test("a family’s parts are chosen on a small screen", async () => {
  const { page, wrong } = await plain();
  await be(page, "Ruth Calder");
  await ask(page, "Deciding whether to tell social care", TILLY.number, "Before telling");
  await page.getByRole("link", { name: "Tell what you know" }).click();
  await page.getByRole("group", { name: /^Jonah Marsh/ }).getByLabel("Witness", { exact: true }).check();
  await page.getByLabel("Telephone", { exact: true }).check();
  await fits(page);
  await tell(page, "Neglect", "Nobody was at home.");
  await page.getByText("Jonah Marsh, brother or sister").waitFor();
  await fits(page);
  assert.deepEqual(wrong, []);
});

test("fields that belong to an answer are all there to be filled in", async () => {
  const { page } = await plain();
  await be(page, "Tom Adeyemi");
  await page.goto(`${NODE}/ask/attendance`);
  await page.getByLabel("By name and date of birth").check();
  await page.getByLabel("Given name", { exact: true }).fill("jonah");
  await page.getByLabel("Family name", { exact: true }).fill("MARSH");
  await pick(page, "Date of birth", "", "", "2022");
  await page.getByLabel("Why do you ask?").fill("A rash");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  // Outside a front door a year is not enough; what was typed is all there still.
  await page.getByRole("link", { name: "Enter the date of birth, to the month at least" }).waitFor();
  assert.equal(await page.getByLabel("Why do you ask?").inputValue(), "A rash");
  await pick(page, "Date of birth", "", "9", "2022");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByRole("heading", { name: "Jonah Marsh" }).waitFor();
});

test("the front door decides, and the worker looks back", async () => {
  const { page, wrong } = await plain();
  await be(page, "Ruth Calder");
  await page.getByRole("navigation").getByRole("link", { name: "What has come in" }).click();
  await fits(page);
  await page.getByRole("link", { name: /Unexplained injury/ }).first().click();
  await fits(page);
  await page.getByLabel("No further action").check();
  await page.getByLabel("Why?").fill("Seen by the orthopaedic team, who are not worried.");
  await page.getByRole("button", { name: "Decide" }).click();
  await page.getByText("who are not worried").waitFor();
  await be(page, "Amina Duarte");
  await ask(page, "I work with this child", TILLY.number, "Supervision");
  await page.getByRole("link", { name: "Open the child’s story" }).click();
  await fits(page);
  await page.getByText("Load the page again to see what is new.").waitFor();
  await pick(page, "At the end of the day", "1", "2", "2026");
  await page.getByRole("button", { name: "Look back" }).click();
  await page.locator(".gt-past").waitFor();
  await fits(page);
  assert.deepEqual(wrong, []);
});

test("a manager reads the measures, and an auditor the reviews", async () => {
  const { page, wrong } = await plain();
  await be(page, "Owen Stubbs");
  await page.goto(`${NODE}/measures`);
  await fits(page);
  await page.getByLabel("Team").selectOption({ index: 1 });
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText(/^.+, .+, \d+ \w+ \d{4} to /).waitFor();
  assert.equal(await page.getByRole("link", { name: "Contacts by source" }).count(), 0, "a front door has no team");
  await page.getByRole("link", { name: "Caseload per worker" }).click();
  await page.getByRole("link", { name: "The children behind this figure" }).click();
  assert.match(page.url(), /children\?team=/);
  await fits(page);
  await page.goto(`${NODE}/measures`);
  await page.getByRole("link", { name: "Contacts by source" }).click();
  await page.getByRole("img", { name: /the parts/ }).waitFor();
  await fits(page);
  await page.getByRole("link", { name: "The children behind this figure" }).click();
  await fits(page);
  await be(page, "Mei Harcourt");
  await page.goto(`${NODE}/reviews`);
  await fits(page);
  await page.getByRole("link", { name: "Priya Nolan" }).click();
  await fits(page);
  assert.deepEqual(wrong, []);
});

test("the front door reads an alert, and a nurse is shown who is near", async () => {
  const { page, wrong } = await plain();
  await be(page, "Ruth Calder");
  await page.goto(`${NODE}/queue`);
  await fits(page);
  await page.locator(".gt-alert a").first().click();
  await page.getByText("A person decides.").waitFor();
  await fits(page);
  await page.goto(`${NODE}/ask/referral-consideration`);
  await page.getByLabel("By what I know").check();
  await page.getByLabel("Family name, as heard").fill("Marsch");
  await page.getByLabel("Why do you ask?").fill("A caller gave a name");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByRole("heading", { name: "Is it one of these?" }).waitFor();
  await fits(page);
  await page.getByRole("button", { name: "Ask about this child" }).first().click();
  await page.getByRole("heading", { name: "Your reference" }).first().waitFor();
  assert.deepEqual(wrong, []);
});

test("on a telephone the number to ring stands above the advice", async () => {
  const { page } = await plain();
  await be(page, "Tom Adeyemi");
  await ask(page, "The child is here now", TILLY.number, "A rash");
  const top = async (part) => (await page.locator(`.gt-receipt ${part}`).first().boundingBox()).y;
  const [standing, ring, advice] = [await top(".gt-status"), await top(".gt-ring"), await top(".govuk-inset-text")];
  assert.ok(standing < ring && ring < advice, `${standing}, ${ring}, ${advice}`);
});
