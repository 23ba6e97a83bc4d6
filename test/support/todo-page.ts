import { randomUUID } from 'node:crypto';
import { launch, type HTTPResponse, type Page } from 'puppeteer-core';

export interface TodoPageOptions {
  /** Path of Chromium; the variable CHROMIUM or Debian's /usr/bin/chromium unless told. */
  executable?: string;
  /** Done after the task was ticked and before the page is loaded again: a restart of the backend, say. */
  beforeReload?: () => Promise<void>;
  /** For one element to appear; 30 s unless told. */
  timeoutMilliseconds?: number;
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Uses the todo page as a person does, in a headless Chromium: adds a task, ticks it, loads the page again, sees that the
 * task survived ticked, deletes it, loads again and sees that it is gone. Throws what was awaited and what the page shows
 * instead. Other tasks on the page are left alone.
 */
export async function driveTodoPage(url: string, options: TodoPageOptions = {}): Promise<void> {
  const browser = await launch({
    executablePath: options.executable ?? process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: flags,
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(options.timeoutMilliseconds ?? 30_000);
    const scriptErrors: string[] = [];
    page.on('pageerror', (error) => scriptErrors.push(String(error)));
    await useList(page, url, options.beforeReload);
    if (scriptErrors.length > 0) throw new Error(`Errors of the scripts of ${url}: ${scriptErrors.join('; ')}`);
  } finally {
    await browser.close();
  }
}

async function useList(page: Page, url: string, beforeReload: TodoPageOptions['beforeReload']): Promise<void> {
  const title = `task ${randomUUID()}`;
  // Found by what a screen reader says, so that the labels are tested too.
  const box = `::-p-aria([name="${title} is done"][role="checkbox"])`;
  const remove = `::-p-aria([name="Delete ${title}"][role="button"])`;
  const ticked = `[data-testid="task"][data-done="true"] [aria-label="${title} is done"]`;
  const step = (what: string, work: () => Promise<unknown>) => explained(page, what, work);

  await step(`the page ${url}`, async () => isOk(await page.goto(url, { waitUntil: 'load' })));
  await step('the field for a new task, enabled', () => page.locator('[data-testid="new-task"]').fill(title));
  await step('the button Add, enabled', () => page.locator('[data-testid="add-task"]').click());
  await step('the new task in the list, to be ticked', () => page.locator(box).click());
  await step('the task ticked', () => page.waitForSelector(ticked));
  await step('what is to happen before the reload', async () => beforeReload?.());
  await step('the page again', async () => isOk(await page.reload({ waitUntil: 'load' })));
  await step('the task, still ticked, after a reload', () => page.waitForSelector(ticked));
  await step('the button that deletes the task', () => page.locator(remove).click());
  await step('the task gone', () => page.waitForSelector(box, { hidden: true }));
  await step('the page once more', async () => isOk(await page.reload({ waitUntil: 'load' })));
  await step('the list, loaded', () => page.waitForSelector('[data-testid="tasks"], [data-testid="no-tasks"]'));
  await step('the deleted task still gone', async () => {
    if ((await page.$(box)) !== null) throw new Error('It is in the list.');
  });
}

/** A browser that gets no connection shows a page of its own, and puppeteer's `reload` takes that for success. */
function isOk(response: HTTPResponse | null): void {
  if (!response?.ok() && response?.status() !== 304)
    throw new Error(`The answer was ${response?.status() ?? 'no answer'}.`);
}

async function explained(page: Page, awaited: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const shown = await page
      .$eval('body', (body) => String((body as { innerText?: unknown }).innerText))
      .catch(() => '(no page)');
    throw new Error(`Awaited: ${awaited}. The page shows:\n${shown}`, { cause: error });
  }
}
