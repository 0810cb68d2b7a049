// Chromium, and what every walk shares: being somebody, asking, and holding each page to its promises.

import AxeBuilder from "@axe-core/playwright";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

/// Where the node answers; given by the suite that started it.
export const NODE = process.env.GOLDTHREAD_URL;

/// Longer than any page takes on a busy machine.
const PATIENCE_MS = 15_000;

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--lang=en-GB",
];

export const TILLY = { number: "999 000 0018", name: "Tilly Marsh" };

export const open = () => launch([]);

/// Chromium with flags of one suite beside those of all.
export async function launch(flags) {
  const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
  return chromium.launch({ executablePath, args: [...FLAGS, ...flags] });
}

/// How the pages are met: with their scripts; and on a telephone's screen without them. There the script comes empty, so
/// that axe can look all the same; `without-scripts.test.mjs` turns scripting off altogether.
export const MANNERS = {
  "with scripts": {},
  "without scripts, on a telephone": { scripts: "none", viewport: { width: 390, height: 844 } },
};

/// A page of somebody's own browser. It remembers everything that went wrong in it.
export async function visit(browser, { scripts, elsewhere = [], ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, locale: "en-GB", ...options });
  if (scripts === "none") {
    const isScript = (url) => url.pathname.endsWith(".js");
    await context.route(isScript, (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  }
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => {
    // A form sent back for its errors is answered 422, a refusal 401, 403 or 404, and Chromium remarks on each.
    const isAnswered = /status of (401|403|404|422)/.test(message.text());
    if (message.type() === "error" && !isAnswered) wrong.push(message.text());
  });
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("requestfailed", (request) => {
    // Whoever goes on before a picture has come has not met a fault.
    if (request.failure()?.errorText === "net::ERR_ABORTED") return;
    // A timeline held open is let go with its page.
    if (!/\/live(\?|$)/.test(request.url())) wrong.push(`${request.url()}: ${request.failure()?.errorText}`);
  });
  page.on("request", (request) => {
    const isOfOthers = elsewhere.some((known) => `${request.frame().url()} ${request.url()}`.includes(known));
    if (!isOfOthers && !request.url().startsWith(NODE)) wrong.push(`went elsewhere: ${request.url()}`);
  });
  return { page, context, wrong };
}

export async function be(page, name) {
  await page.goto(NODE);
  const signOut = page.getByRole("button", { name: "Sign out" });
  if (await signOut.isVisible()) await signOut.click();
  await page.getByRole("button", { name: `Be ${name}` }).click();
  await page.getByText(name).first().waitFor();
}

/// Asks by NHS number and stops at the receipt.
export async function ask(page, why, number, reason) {
  await page.goto(`${NODE}/ask`);
  await page.getByRole("link", { name: why }).click();
  await page.getByLabel("By NHS number").check();
  await page.getByLabel("NHS number", { exact: true }).fill(number);
  await page.getByLabel("Why do you ask?").fill(reason);
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await page.getByRole("heading", { name: "Your reference" }).first().waitFor();
}

/// Fills in a contact, up to its answers to check, or to what is asked before.
export async function tell(page, concern, account, upTo = "Who will see which part") {
  await page.getByLabel(concern, { exact: true }).check();
  await page.getByLabel("What did you see or hear?").fill(account);
  await page.getByLabel("A concern", { exact: true }).check();
  await page.getByLabel("Just now").check();
  await page.getByLabel("Yes", { exact: true }).check();
  await page.getByRole("button", { name: "Check before it goes on record" }).click();
  await page.getByRole("heading", { name: upTo }).waitFor();
}

/// A day in its three fields.
export async function pick(page, legend, day, month, year) {
  const fields = page.getByRole("group", { name: legend, exact: true });
  await fields.getByLabel("Day").fill(day);
  await fields.getByLabel("Month").fill(month);
  await fields.getByLabel("Year").fill(year);
}

/// WCAG 2.2 AA, as far as a program can tell.
export async function isAccessible(page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const said = violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join("; ")}`);
  assert.deepEqual(said, [], page.url());
}

/// Nothing personal stands in an address or a title, which browsers keep.
export async function namesNobody(page) {
  const kept = `${page.url()} ${await page.title()}`;
  for (const personal of ["Tilly", "Marsh", "Jonah", "9990000018", "999 000", "999%20"]) {
    assert.ok(!kept.includes(personal), `${personal} in ${kept}`);
  }
}

export async function holds(page) {
  await isAccessible(page);
  await namesNobody(page);
}

/// Goes through steps as somebody of the demonstration; no page of theirs may complain in the console.
export async function walk(browser, name, steps, manner = {}) {
  const { page, context, wrong } = await visit(browser, manner);
  await be(page, name);
  await steps(page);
  assert.deepEqual(wrong, []);
  await context.close();
}
