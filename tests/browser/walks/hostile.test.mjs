// Other sites, old forms and second clicks.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { NODE, TILLY, be, open, visit } from "../chromium.mjs";

let browser;
before(async () => {
  browser = await open();
});
after(() => browser.close());

async function signedIn(name) {
  const { page, context } = await visit(browser);
  await be(page, name);
  return { page, context };
}

test("the cookie is for this node's own pages, and no script reads it", async () => {
  const { page, context } = await signedIn("Tom Adeyemi");
  const [cookie] = await context.cookies();
  assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, "Strict"]);
  assert.equal(await page.evaluate(() => document.cookie), "");
  await page.getByRole("button", { name: "Sign out" }).click();
  assert.deepEqual(await context.cookies(), []);
});

test("a form without this session's token is not taken", async () => {
  const { page, context } = await signedIn("Tom Adeyemi");
  const form = { by: "nhs-number", nhs_number: TILLY.number, reason: "x", basis: "public-task", form: "0".repeat(64) };
  const answer = await context.request.post(`${NODE}/ask/attendance`, { form });
  assert.equal(answer.status(), 403);
  assert.match(await answer.text(), /This page has grown old/);
  await page.close();
});

test("another site's form is not taken, whatever it carries", async () => {
  const { page, context } = await signedIn("Tom Adeyemi");
  const token = await page.locator("input[name=form]").first().inputValue();
  for (const headers of [{ "sec-fetch-site": "cross-site" }, { origin: "https://elsewhere.example" }]) {
    const answer = await context.request.post(`${NODE}/sign-out`, { form: { form: token }, headers });
    assert.equal(answer.status(), 403, JSON.stringify(headers));
  }
  await page.close();
});

test("a form sent twice is carried out once", async () => {
  const { page, context } = await signedIn("Tom Adeyemi");
  await page.goto(`${NODE}/ask/attendance`);
  const hidden = async (name) => page.locator(`main input[name=${name}]`).inputValue();
  const form = {
    by: "nhs-number",
    nhs_number: TILLY.number,
    reason: "Sent twice",
    basis: "public-task",
    form: await hidden("form"),
    key: await hidden("key"),
  };
  const send = () => context.request.post(`${NODE}/ask/attendance`, { form, maxRedirects: 0 });
  const [first, second] = [await send(), await send()];
  assert.equal(first.status(), 303);
  assert.equal(second.headers().location, first.headers().location);
});

test("whoever may not ask on a ground is not told whether a number is somebody's", async () => {
  const { page, context } = await signedIn("Tom Adeyemi");
  await page.goto(`${NODE}/ask/attendance`);
  const token = await page.locator("main input[name=form]").inputValue();
  const asked = async (number) => {
    const form = {
      by: "nhs-number",
      nhs_number: number,
      number_given: "Tilly",
      number_family: "Marsh",
      number_born_day: "30",
      number_born_month: "4",
      number_born_year: "2019",
      reason: "On no ground",
      basis: "legitimate-interests",
      form: token,
      key: "on no ground",
    };
    const answer = await context.request.post(`${NODE}/ask/attendance`, { form });
    return [answer.status(), (await answer.text()).replace(`value="${number}"`, "")];
  };
  const [status, text] = await asked(TILLY.number);
  assert.equal(status, 422);
  assert.deepEqual(await asked("999 000 0182"), [status, text]);
});

test("pages about people are kept by nobody and may load nothing from elsewhere", async () => {
  const { context } = await signedIn("Tom Adeyemi");
  const answer = await context.request.get(`${NODE}/ask/attendance`);
  const headers = answer.headers();
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers["referrer-policy"], "no-referrer");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.match(headers["content-security-policy"], /^default-src 'none'/);
  assert.match(headers["content-security-policy"], /frame-ancestors 'none'/);
  assert.ok(!/unsafe|nonce|http/.test(headers["content-security-policy"]));
  const html = await answer.text();
  assert.ok(!/ style=| on[a-z]+="|<style|<script>/.test(html), "nothing inline");
});

test("whoever is not signed in is shown where to, and nothing else", async () => {
  const { page } = await visit(browser);
  for (const address of ["/ask", "/ask/attendance", "/queue", "/told", "/receipts/x", "/children/x", "/contacts/new", "/measures", "/measures/referrals", "/reviews", "/alerts/x"]) {
    await page.goto(`${NODE}${address}`);
    assert.equal(new URL(page.url()).pathname, "/", address);
  }
});
