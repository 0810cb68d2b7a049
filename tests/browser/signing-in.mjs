// Somebody signs in at their issuer, is idle over a form, is asked whether they are there, is signed out, and goes on.

import assert from "node:assert/strict";
import { createInterface } from "node:readline";

import { NODE, isAccessible, launch, visit } from "./chromium.mjs";

const { GOLDTHREAD_ADDRESS, ISSUER, SUBJECT, ANOTHER } = process.env;

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

const browser = await launch([`--host-resolver-rules=MAP ${new URL(NODE).host} ${GOLDTHREAD_ADDRESS}`]);
const { page, context, wrong } = await visit(browser, { elsewhere: [ISSUER] });
// What its pages would load from elsewhere is nobody's matter here.
const isOfOthers = (url) => ![NODE, ISSUER].some((known) => url.href.startsWith(known));
await context.route(isOfOthers, (route) => route.fulfill({ contentType: "text/css", body: "" }));
await page.clock.install();

/// Nothing is done for so long, at the node and in the browser alike.
async function idle(seconds) {
  console.log(`idle ${seconds}`);
  await answers.next();
  for (const { clock } of context.pages()) await clock.fastForward(seconds * 1000);
}

async function signIn(page, subject = SUBJECT) {
  await page.getByRole("button", { name: "Sign in at Bradford Schools" }).click();
  await page.waitForURL(`${ISSUER}/**`);
  await page.locator("input[name=login]").fill(subject);
  await page.locator("input[name=password]").fill("any");
  await page.getByRole("button", { name: "Sign-in" }).click();
}

const FORM = `${NODE}/contacts/new?for=referral-consideration`;

await page.goto(FORM);
await page.getByRole("heading", { name: "Sign in" }).waitFor();
await isAccessible(page);
await signIn(page);
await page.getByLabel("What did you see or hear?").waitFor();
assert.equal(page.url(), FORM, "they are where they wanted to be");
assert.equal(await page.getByText("A demonstration").count(), 0);

await page.getByLabel("What did you see or hear?").fill("Came without a coat.");
await idle(245);
const asks = page.getByRole("dialog", { name: "Are you still there?" });
await asks.waitFor();
await isAccessible(page);
await asks.getByRole("button", { name: "Stay signed in" }).click();
await asks.waitFor({ state: "hidden" });
await idle(370);
const over = page.getByRole("dialog", { name: "You are signed out" });
await over.waitFor();
await isAccessible(page);
if (process.env.PICTURE) await page.screenshot({ path: process.env.PICTURE });

async function signInBeside(subject) {
  const [beside] = await Promise.all([
    context.waitForEvent("page"),
    over.getByRole("link", { name: "Sign in again (opens in a new tab)" }).click(),
  ]);
  await beside.getByText("You are signed out").waitFor();
  await isAccessible(beside);
  await signIn(beside, subject);
  await beside.getByText("Close this tab").waitFor();
  await isAccessible(beside);
  await beside.close();
  await over.getByRole("button", { name: "I have signed in again" }).click();
}

await signInBeside(SUBJECT);
await over.waitFor({ state: "hidden" });
assert.equal(await page.getByLabel("What did you see or hear?").inputValue(), "Came without a coat.");
await page.getByRole("button", { name: "Check before it goes on record" }).click();
await page.getByRole("heading", { name: "There is a problem" }).waitFor();
assert.equal(await page.getByLabel("What did you see or hear?").inputValue(), "Came without a coat.");

// Whoever sits down next is shown nothing of it.
await idle(370);
await over.waitFor();
await signInBeside(ANOTHER);
await page.waitForURL(`${NODE}/`);
await page.getByText("Sam Holt").waitFor();

await page.getByRole("button", { name: "Sign out" }).click();
await page.getByRole("heading", { name: "You are signed out" }).waitFor();
await isAccessible(page);
await page.getByRole("button", { name: "Sign out at Bradford Schools too" }).click();
await page.waitForURL(`${ISSUER}/**`);

assert.deepEqual(wrong, []);
await browser.close();
process.exit(0);
