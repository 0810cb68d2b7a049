// Those who run the work and those who audit it: measures, the children behind them, reviews, who has looked.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { NODE, TILLY, be, holds, open, pick, walk as walkAs } from "../chromium.mjs";

let browser;
before(async () => {
  browser = await open();
});
after(() => browser.close());

const walk = (name, steps) => walkAs(browser, name, steps);

const measures = (page) => page.getByRole("navigation").getByRole("link", { name: "How the work goes" }).click();

test("a team manager sees every figure beside England's, each with its months drawn and in a table", async () => {
  await walk("Owen Stubbs", async (page) => {
    await measures(page);
    await page.getByRole("heading", { name: "How the work goes" }).waitFor();
    assert.ok((await page.locator(".gt-spark").count()) > 20);
    await page.getByRole("cell", { name: "22.6%" }).waitFor();
    await holds(page);
    await page.getByRole("link", { name: "Assessments within 45 working days" }).click();
    await page.getByRole("img", { name: /month by month/ }).waitFor();
    assert.equal(await page.getByRole("table").first().getByRole("row").count(), 13);
    await holds(page);
    await page.getByRole("link", { name: "The children behind this figure" }).click();
    await page.getByRole("heading", { name: /The children behind/ }).waitFor();
    assert.ok((await page.getByRole("row").count()) > 1);
    await holds(page);
  });
});

test("figures are as they were known on a day, and a day that has not come is refused at its field", async () => {
  await walk("Owen Stubbs", async (page) => {
    await measures(page);
    await pick(page, "As known at the end of", "31", "1", "2026");
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText("Nothing recorded later is counted").waitFor();
    await page.getByRole("link", { name: "Referrals by source" }).click();
    await page.getByText("As it was known at the end of 31 January 2026").waitFor();
    await holds(page);
    await page.goto(`${NODE}/measures?known=2031-01-01`);
    assert.match(await page.title(), /^Error: /);
    await page.getByRole("link", { name: "The day must have come" }).waitFor();
    const typed = page.getByRole("group", { name: "As known at the end of" });
    assert.equal(await typed.getByLabel("Year").inputValue(), "2031");
    assert.equal(await page.locator('input[type="date"], input[type="time"]').count(), 0, "read alike in every browser");
    await holds(page);
  });
});

test("a team manager asks of one team, and a team that is none of the authority's is refused at its field", async () => {
  await walk("Owen Stubbs", async (page) => {
    await measures(page);
    const team = page.getByLabel("Team");
    const [, own] = await team.getByRole("option").allTextContents();
    await team.selectOption({ label: own });
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByText(`${own}, `).first().waitFor();
    assert.equal(await page.getByLabel("Team").locator("option:checked").textContent(), own);
    assert.equal(await page.getByRole("link", { name: "Contacts by source" }).count(), 0);
    await holds(page);
    await page.goto(`${NODE}/measures?team=00000000-0000-0000-0000-000000000001`);
    await page.getByRole("link", { name: "Choose a team of the authority" }).waitFor();
    await holds(page);
  });
});

test("small numbers are hidden from those who may not see the children, and so are the children", async () => {
  await walk("Mei Harcourt", async (page) => {
    await measures(page);
    await page.getByText("stands for a number from 1 to 5").waitFor();
    assert.ok((await page.getByRole("cell", { name: /^c\b/ }).count()) > 0);
    await holds(page);
    await page.getByRole("link", { name: "Plans by latest category" }).click();
    await page.getByRole("heading", { name: "The parts" }).waitFor();
    assert.equal(await page.getByRole("link", { name: "The children behind this figure" }).count(), 0);
    await holds(page);
    await page.goto(`${NODE}/measures/referrals/children`);
    await page.getByRole("heading", { name: "Your role may not do this" }).waitFor();
    await page.goto(`${NODE}/measures?to=2026-02-10`);
    await page.getByRole("link", { name: /last day of a month/ }).waitFor();
    await holds(page);
  });
  await walk("Priya Nolan", async (page) => {
    await measures(page);
    await page.getByText("What Beck Lane Primary School told").waitFor();
    assert.equal(await page.getByRole("link", { name: "Plans by age" }).count(), 0);
    await holds(page);
  });
});

test("an auditor looks at how the record was used, and says what came of it", async () => {
  await walk("Mei Harcourt", async (page) => {
    await page.getByRole("navigation").getByRole("link", { name: "How the record is used" }).click();
    await page.getByText("To be looked at").waitFor();
    await holds(page);
    await page.getByRole("link", { name: "Priya Nolan" }).click();
    assert.equal(await page.getByRole("cell", { name: "A safeguarding check" }).count(), 6);
    await holds(page);
    await page.getByLabel("What did they say?").fill("A list of new pupils.");
    await page.getByRole("button", { name: "Conclude" }).click();
    await page.getByRole("link", { name: "Choose what came of it" }).waitFor();
    assert.equal(await page.getByLabel("What did they say?").inputValue(), "A list of new pupils.");
    await holds(page);
    await page.getByLabel("Explained").check();
    await page.getByRole("button", { name: "Conclude" }).click();
    await page.getByText("A list of new pupils.").waitFor();
    assert.equal(await page.getByRole("button", { name: "Conclude" }).count(), 0);
  });
  await walk("Priya Nolan", async (page) => {
    await page.getByRole("navigation").getByRole("link", { name: "How the record is used" }).click();
    await page.getByText("Nothing to look at").waitFor();
  });
});

test("who has looked goes further back than a page", async () => {
  await walk("Mei Harcourt", async (page) => {
    await page.goto(`${NODE}/find`);
    await page.getByLabel("NHS number").fill(TILLY.number);
    await page.getByRole("button", { name: "Find" }).click();
    const address = page.url();
    for (let times = 0; times < 51; times += 1) await page.request.get(address);
    await page.getByRole("link", { name: "Who has looked" }).click();
    assert.equal(await page.getByRole("row").count(), 51);
    await page.getByRole("link", { name: "Further back" }).click();
    assert.ok((await page.getByRole("row").count()) > 1);
    await holds(page);
  });
});
