import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** The system's Chromium, without a window. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ARGS });
}

/** A page in a context of its own, and what can be told of it from outside. */
export interface OpenPage extends AsyncDisposable {
  readonly page: Page;
  /** Errors and warnings of the page's console, and what it threw. */
  readonly complaints: readonly string[];
}

/** Opens the URL as a phone would, unless told otherwise. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  return {
    page,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
    },
  };
}

/**
 * Resolves once the expression is true in the page. Scripts go to the page as text, for there are no types of a
 * browser here; from outside, since the page's policy forbids it to evaluate any itself.
 */
export async function holds(page: Page, expression: string, limitMs = 20_000): Promise<void> {
  const endMs = performance.now() + limitMs;
  while (!(await page.evaluate(expression))) {
    if (performance.now() > endMs) {
      throw new Error(`not within ${limitMs / 1000} s: ${expression}; the page: ${await page.textContent('main')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
