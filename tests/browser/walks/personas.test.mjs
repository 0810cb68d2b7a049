// The personas go about their work, with scripts, and on a telephone without. Each page is held to WCAG 2.2 AA on the way.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { MANNERS, NODE, TILLY, ask, be, holds, open, pick, tell, visit, walk as walkAs } from "../chromium.mjs";

/// Small things that add up. Tilly’s story is others’.
const ELLWOOD = "999 000 0034";
/// Missing from care, and not found.
const KEIRA = "999 000 0107";

let browser;
before(async () => {
  browser = await open();
});
after(() => browser.close());

for (const [name, manner] of Object.entries(MANNERS)) {
  const walk = (who, steps) => {
    const whole = async (page) => {
      await holds(page);
      await steps(page);
    };
    return walkAs(browser, who, whole, manner);
  };

  test(`the first page says whom one can be, and is accessible, ${name}`, async () => {
    const { page, wrong } = await visit(browser, manner);
    await page.goto(NODE);
    await holds(page);
    assert.equal(await page.getByRole("button", { name: /^Be / }).count(), 6);
    assert.deepEqual(wrong, []);
  });

  test(`an emergency nurse learns how a child stands and whom to ring, and not the story, ${name}`, async () => {
    await walk("Tom Adeyemi", async (page) => {
      await ask(page, "The child is here now", TILLY.number, "A burn to the hand");
      await holds(page);
      await page.getByRole("heading", { name: TILLY.name }).waitFor();
      await page.getByText("Being assessed").waitFor();
      await page.getByText("Amina Duarte").waitFor();
      await page.getByRole("heading", { name: "Ring now" }).waitFor();
      await page.getByText("01632 960002").waitFor();
      await page.getByRole("link", { name: "Open the child’s story" }).click();
      await holds(page);
      await page.getByText("not all that happened").waitFor();
      assert.equal(await page.getByText("Seven days missed").count(), 0);
      assert.equal(await page.getByRole("button", { name: "Look back" }).count(), 0);
    });
  });

  test(`a receipt is read again at its address, by whoever asked and nobody else, ${name}`, async () => {
    await walk("Tom Adeyemi", async (page) => {
      await ask(page, "The child is here now", TILLY.number, "A burn to the hand");
      const [address, reference] = [page.url(), await page.locator(".gt-receipt__reference").innerText()];
      await page.goto(NODE);
      await page.goto(address);
      assert.equal(await page.locator(".gt-receipt__reference").innerText(), reference);
      await be(page, "Priya Nolan");
      await page.goto(address);
      await page.getByRole("heading", { name: "There is nothing here for you" }).waitFor();
      await holds(page);
    });
  });

  test(`no trace is no reassurance, and leads to telling, ${name}`, async () => {
    await walk("Priya Nolan", async (page) => {
      await ask(page, "Deciding whether to tell social care", "999 000 0182", "New to the school");
      await page.getByRole("heading", { name: "No record was found" }).waitFor();
      await page.getByText("That is not reassurance").waitFor();
      await holds(page);
      await page.getByRole("link", { name: "Tell what you know" }).click();
      await holds(page);
      await page.getByLabel("Given name").fill("Wren");
      await page.getByLabel("Family name").fill("Holloway");
      await page.getByLabel("Year").first().fill("2018");
      await tell(page, "Neglect", "Came without a coat three days running.");
      await holds(page);
      await page.getByRole("button", { name: "Put it on record" }).click();
      await page.getByRole("heading", { name: "The front door has been told" }).waitFor();
      await holds(page);
    });
  });

  for (const [who, why] of [
    ["Priya Nolan", "Deciding whether to tell social care"],
    ["Tom Adeyemi", "The child is here now"],
  ]) {
    test(`${who} is shown nobody close to a child, and names who is in it, ${name}`, async () => {
      await walk(who, async (page) => {
        await ask(page, why, ELLWOOD, "Says that her mother’s friend hit them");
        await page.getByRole("link", { name: "Tell what you know" }).click();
        await page.getByText("Nobody is shown to you as close to this child.").waitFor();
        const row = (number) => page.getByRole("group", { name: `Somebody else, ${number} of 3` });
        await row(1).getByLabel("What are they called?").fill("Lee");
        await row(1).getByLabel("Surname, if you know it").fill("Stranger");
        await row(1).getByLabel("Alleged to have harmed").check();
        await row(2).getByLabel("What are they called?").fill("Wren, a friend of hers");
        await row(2).getByLabel("Subject of the worry").check();
        await holds(page);
        await tell(page, "Physical abuse", "Both say he hits.", "Whom is each worry about?");
        await holds(page);
        await page.getByLabel("Wren, a friend of hers").check();
        await page.getByRole("button", { name: "Go on" }).click();
        await page.getByText("A record is opened for each of these names: Lee Stranger, and Wren, a friend of hers.").waitFor();
        await holds(page);
        await page.getByRole("button", { name: "Change something" }).click();
        assert.equal(await row(1).getByLabel("Surname, if you know it").inputValue(), "Stranger");
        await page.getByRole("button", { name: "Check before it goes on record" }).click();
        await page.getByRole("heading", { name: "Whom is each worry about?" }).waitFor();
        assert.ok(await page.getByLabel("Wren, a friend of hers").isChecked(), "asked again, as it was answered");
        await page.getByRole("button", { name: "Go on" }).click();
        await page.getByRole("button", { name: "Put it on record" }).click();
        await page.getByRole("heading", { name: "The front door has been told" }).waitFor();
      });
    });
  }

  test(`a safeguarding lead tells the front door, which sees it, decides, and the school is told, ${name}`, async () => {
    await walk("Priya Nolan", async (page) => {
      await ask(page, "Deciding whether to tell social care", TILLY.number, "Third time this week");
      await page.getByRole("heading", { name: "Who asked before" }).waitFor();
      const reference = await page.locator(".gt-receipt__reference").innerText();
      assert.equal(await page.getByRole("cell", { name: reference }).count(), 0, "one’s own asking is no earlier one");
      await page.getByRole("link", { name: "Tell what you know" }).click();
      await tell(page, "Missed appointments", "Did not come to the optician again.");
      await page.getByRole("button", { name: "Change something" }).click();
      assert.equal(await page.getByLabel("What did you see or hear?").inputValue(), "Did not come to the optician again.");
      assert.ok(await page.getByLabel("Missed appointments").isChecked());
      await page.getByRole("button", { name: "Check before it goes on record" }).click();
      await page.getByRole("button", { name: "Put it on record" }).click();
      await page.getByRole("link", { name: "What we told" }).click();
      await page.getByText("Waits for a decision").first().waitFor();
      await holds(page);
      await be(page, "Ruth Calder");
      await holds(page);
      await page.getByRole("navigation").getByRole("link", { name: "What has come in" }).click();
      await holds(page);
      await page.getByRole("link", { name: "Tilly Marsh: Missed appointments" }).click();
      await page.getByText("Did not come to the optician again.").waitFor();
      await holds(page);
      await page.getByRole("button", { name: "Decide" }).click();
      await page.getByRole("link", { name: "Choose what the authority does about it" }).waitFor();
      assert.match(await page.title(), /^Error: /);
      await holds(page);
      await page.getByLabel("Advice").check();
      await page.getByLabel("Why?").fill("School to ring the optician with the mother.");
      await page.getByRole("button", { name: "Decide" }).click();
      await page.getByText("School to ring the optician with the mother.").waitFor();
      await be(page, "Priya Nolan");
      await page.getByRole("navigation").getByRole("link", { name: "What we told" }).click();
      await page.getByText("Advice").first().waitFor();
    });
  });

  test(`that a child is missing stands before everything else on each page about her, ${name}`, async () => {
    const { page, context, wrong } = await visit(browser, manner);
    await be(page, "Tom Adeyemi");
    await page.goto(`${NODE}/ask`);
    await page.getByRole("heading", { name: "Why do you ask?" }).waitFor();
    await holds(page);
    const isFirst = async () => {
      await page.locator("main .gt-missing").waitFor();
      const before = await page.evaluate(() => {
        const banner = document.querySelector("main .gt-missing");
        const heads = [...document.querySelectorAll("main h2, main dl, main table, main form")];
        return heads.filter((it) => it.compareDocumentPosition(banner) & Node.DOCUMENT_POSITION_FOLLOWING).length;
      });
      assert.equal(before, 0, page.url());
      await holds(page);
    };
    await ask(page, "The child is here now", KEIRA, "Brought in by a friend, who left");
    await isFirst();
    await page.getByRole("link", { name: "Open the child’s story" }).click();
    await isFirst();
    await page.getByRole("link", { name: "Tell what you know" }).click();
    await isFirst();
    await page.getByLabel("What did you see or hear?").fill("She is in the waiting room.");
    assert.deepEqual(wrong, []);
    // Being refused is an error to the console from here on.
    await context.clearCookies();
    await page.getByRole("button", { name: "Check before it goes on record" }).click();
    await page.getByRole("heading", { name: "Sign in again" }).waitFor();
    await holds(page);
    await context.close();
  });

  test(`the time machine shows the story as it was known, and nothing recorded since, ${name}`, async () => {
    await walk("Amina Duarte", async (page) => {
      await ask(page, "I work with this child", TILLY.number, "Before the conference");
      await page.getByRole("link", { name: "Open the child’s story" }).click();
      await page.getByText("Referral received").first().waitFor();
      await pick(page, "At the end of the day", "1", "2", "2026");
      await page.getByRole("button", { name: "Look back" }).click();
      await page.locator(".gt-past").waitFor();
      assert.equal(await page.getByText("Referral received").count(), 0);
      await page.getByRole("heading", { name: "Contact: not attending school" }).waitFor();
      await holds(page);
    });
  });

  test(`an auditor finds a record, reads its past and sees who has looked, ${name}`, async () => {
    await walk("Mei Harcourt", async (page) => {
      await page.getByRole("navigation").getByRole("link", { name: "Find a record" }).click();
      await holds(page);
      await page.getByLabel("NHS number").fill(TILLY.number);
      await page.getByRole("button", { name: "Find" }).click();
      await page.getByRole("heading", { name: TILLY.name }).waitFor();
      await holds(page);
      await page.getByRole("link", { name: "Who has looked" }).click();
      await page.getByRole("cell", { name: /Mei Harcourt/ }).first().waitFor();
      await holds(page);
    });
  });

  test(`a team manager sees what waits, and an auditor looks without asking, ${name}`, async () => {
    await walk("Owen Stubbs", async (page) => {
      await page.getByRole("navigation").getByRole("link", { name: "What has come in" }).click();
      await page.getByRole("heading", { name: "What has come in" }).waitFor();
      await holds(page);
    });
    await walk("Mei Harcourt", async (page) => {
      assert.equal(await page.getByRole("link", { name: "Ask about a child" }).count(), 0);
      await page.goto(`${NODE}/ask/attendance`);
      await page.getByRole("heading", { name: "Your role may not do this" }).waitFor();
      await holds(page);
    });
  });

  test(`what is wrong is said on top and at the field, and nothing typed is lost, ${name}`, async () => {
    await walk("Tom Adeyemi", async (page) => {
      await page.goto(`${NODE}/ask/attendance`);
      await page.getByLabel("NHS number", { exact: true }).fill("999 000 0019");
      await page.getByLabel("Why do you ask?").fill("Brought in by a neighbour");
      await page.getByRole("button", { name: "Ask", exact: true }).click();
      assert.match(await page.title(), /^Error: /);
      await page.getByRole("link", { name: /ends in a check digit/ }).click();
      const field = page.getByLabel("NHS number", { exact: true });
      assert.ok(await field.evaluate((input) => input === document.activeElement), "the link goes to the field");
      assert.equal(await field.inputValue(), "999 000 0019");
      assert.equal(await page.getByLabel("Why do you ask?").inputValue(), "Brought in by a neighbour");
      await holds(page);
    });
  });

  test(`alerts, measures and reviews are for those whose work they are, ${name}`, async () => {
    await walk("Ruth Calder", async (page) => {
      await page.getByRole("navigation").getByRole("link", { name: "What has come in" }).click();
      await page.locator(".gt-alert a").first().click();
      await page.getByText("A person decides.").waitFor();
      await holds(page);
    });
    await walk("Owen Stubbs", async (page) => {
      await page.getByRole("navigation").getByRole("link", { name: "How the work goes" }).click();
      await holds(page);
      await page.getByRole("link", { name: "Caseload per worker" }).click();
      await holds(page);
      await page.getByRole("link", { name: "The children behind this figure" }).click();
      await holds(page);
    });
    await walk("Mei Harcourt", async (page) => {
      await page.getByRole("navigation").getByRole("link", { name: "How the record is used" }).click();
      await holds(page);
      await page.getByRole("link", { name: "Priya Nolan" }).click();
      await holds(page);
    });
  });

  test(`those who asked find the answers that would now differ, ${name}`, async () => {
    for (const who of ["Priya Nolan", "Tom Adeyemi", "Ruth Calder"]) {
      await walk(who, async (page) => {
        await page.getByRole("link", { name: "Answers that differ" }).click();
        await page.getByRole("heading", { name: "Answers that would now differ" }).waitFor();
        await holds(page);
      });
    }
  });

  test(`a school asks again where an answer would now differ, and says what was done about it, ${name}`, async () => {
    await walk("Priya Nolan", async (page) => {
      await page.getByRole("link", { name: "Answers that would now differ" }).click();
      const open = page.getByRole("row").filter({ hasText: "To be looked at" });
      const waiting = await open.count();
      await open.first().getByRole("link").click();
      await page.getByRole("heading", { name: "This answer would now differ" }).waitFor();
      const notice = page.url();
      await holds(page);
      await page.getByRole("button", { name: "Ask again" }).click();
      assert.match(await page.title(), /^Error: /);
      await page.getByRole("link", { name: "Say why you ask" }).waitFor();
      await holds(page);
      await page.getByLabel("Why do you ask?").fill("We were told that it would differ.");
      await page.getByRole("button", { name: "Ask again" }).click();
      await page.getByRole("heading", { name: "Your reference" }).waitFor();
      assert.equal(await page.getByRole("heading", { name: "No record was found" }).count(), 0);
      await holds(page);
      await page.goto(notice);
      await page.getByLabel("Is there more to say?").fill("The class teacher knows.");
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("link", { name: "Choose what was done about it" }).waitFor();
      assert.equal(await page.getByLabel("Is there more to say?").inputValue(), "The class teacher knows.");
      await holds(page);
      await page.getByLabel("Asked again", { exact: true }).check();
      await page.getByRole("button", { name: "Save" }).click();
      await page.getByRole("heading", { name: "Answers that would now differ" }).waitFor();
      assert.equal(await open.count(), waiting - 1);
      await holds(page);
      await page.goto(notice);
      await page.getByText("Asked again", { exact: true }).waitFor();
      assert.equal(await page.getByRole("button", { name: "Save" }).count(), 0, "it has been said");
      await holds(page);
    });
  });
}

test("the story is live: what a school tells arrives at the open page of the social worker", async () => {
  const worker = await visit(browser);
  await be(worker.page, "Amina Duarte");
  await ask(worker.page, "I work with this child", TILLY.number, "Before I visit");
  await worker.page.getByRole("link", { name: "Open the child’s story" }).click();
  await worker.page.getByText("Live: new entries appear here by themselves.").waitFor();
  await holds(worker.page);
  const entries = worker.page.locator(".gt-timeline__item");
  const begun = await entries.count();
  const school = await visit(browser);
  await be(school.page, "Priya Nolan");
  await ask(school.page, "A safeguarding check", TILLY.number, "Asked by the front door");
  await worker.page.getByText("A new entry has come in.").waitFor();
  assert.equal(await entries.count(), begun + 1);
  assert.match(await entries.first().innerText(), /Asked about: a safeguarding check/);
  assert.ok(!(await worker.page.getByText("Something shown here was set right.").isVisible()));
  assert.deepEqual([...worker.wrong, ...school.wrong], []);
});

test("what is set right meanwhile is said on the open page, which changes nothing under its reader’s eyes", async () => {
  const worker = await visit(browser);
  await be(worker.page, "Amina Duarte");
  await ask(worker.page, "I work with this child", TILLY.number, "Before the core group");
  await worker.page.getByRole("link", { name: "Open the child’s story" }).click();
  await worker.page.getByText("Live: new entries appear here by themselves.").waitFor();
  const child = new URL(worker.page.url()).pathname.split("/")[2];
  // No page corrects an entry: the front door does it by the API.
  const door = await visit(browser);
  await be(door.page, "Ruth Calder");
  const [{ value: token }] = await door.context.cookies();
  const call = (path, purpose, data) =>
    door.context.request.fetch(`${NODE}/api/v1${path}`, {
      method: data ? "POST" : "GET",
      headers: { authorization: `Bearer ${token}`, "goldthread-purpose": purpose },
      data,
    });
  const { entries } = await (await call(`/people/${child}/timeline`, "referral-consideration")).json();
  const told = entries.find((entry) => entry.kind === "contact.recorded");
  const right = { record: { contact: told.record }, reason: "mistake", facts: { method: "meeting" } };
  const amended = await call(`/entries/${told.entry}/amendment`, "record-keeping", right);
  assert.equal(amended.status(), 200, await amended.text());
  await worker.page.getByText("Something shown here was set right.").waitFor();
  assert.equal(await worker.page.locator(".gt-timeline__corrected").count(), 0);
  await holds(worker.page);
  await worker.page.getByRole("link", { name: "Load the story again" }).click();
  await worker.page.locator(".gt-timeline__corrected").first().waitFor();
  await holds(worker.page);
  assert.deepEqual([...worker.wrong, ...door.wrong], []);
});
