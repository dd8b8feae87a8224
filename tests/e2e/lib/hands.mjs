import assert from "node:assert/strict";
import { tabTo } from "./checks.mjs";

// How a person acts: with a mouse, or with the keyboard alone.
export const mouse = {
  fill: (page, selector, text) => page.fill(selector, text),
  choose: (page, selector, value) => page.selectOption(selector, value),
  check: (page, selector) => page.check(selector),
  press: (page, selector) => page.click(selector),
};
const go = async (page, selector) => {
  await page.evaluate(() => document.activeElement?.blur());
  await tabTo(page, selector, 400);
};
export const keyboard = {
  fill: async (page, selector, text) => {
    await go(page, selector);
    await page.keyboard.press("Control+A");
    await page.keyboard.type(text);
  },
  choose: async (page, selector, value) => {
    await go(page, selector);
    for (let i = 0; i < 60 && (await page.inputValue(selector)) !== value; i += 1) await page.keyboard.press("ArrowDown");
    assert.equal(await page.inputValue(selector), value);
  },
  check: async (page, selector) => {
    // Only one radio of a group takes the focus; arrows choose the others.
    const name = await page.locator(selector).getAttribute("name");
    const radio = (await page.locator(selector).getAttribute("type")) === "radio";
    await go(page, radio ? `input[name="${name}"]` : selector);
    for (let i = 0; radio && i < 8 && !(await page.locator(selector).evaluate((each) => each === document.activeElement)); i += 1)
      await page.keyboard.press("ArrowDown");
    if (!(await page.locator(selector).isChecked())) await page.keyboard.press("Space");
    assert.ok(await page.locator(selector).isChecked(), `${selector} is not ticked`);
  },
  press: async (page, selector) => {
    await go(page, selector);
    await page.keyboard.press("Enter");
  },
};
