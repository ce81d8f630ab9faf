// The browser of the tests, and what it must never see: an error on the console, a promise that nobody caught, a question to another host, a breach
// of the policy. Journeys select by role and name, and wait for what is seen, never for a time.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { HOW_TO, findChromium } from '../../scripts/find-chromium.mjs'

export type { Browser, Page }

/** For `test(…, { skip })`: why there is no browser, or false. */
export const NO_BROWSER: string | false = findChromium() === undefined ? HOW_TO : false

export type Look = 'light' | 'dark' | 'narrow'

export interface Tab {
  readonly page: Page
  /** What must not have happened until now. */
  readonly problems: readonly string[]
  close(): Promise<void>
}

const SIZES = { light: [1440, 900], dark: [1440, 900], narrow: [360, 780] } as const
/** Only what never comes is a failure: a machine may have other work. */
const PATIENCE_MS = 30_000

export async function openBrowser(): Promise<Browser> {
  const path = findChromium()
  if (path === undefined) throw new Error(HOW_TO)
  return await chromium.launch({
    executablePath: join(import.meta.dirname, 'chromium.sh'),
    env: { ...process.env, CHROMIUM: path },
    headless: true,
    args: ['--no-sandbox', '--disable-gpu'],
  })
}

export async function openTab(browser: Browser, address: string, look: Look = 'light'): Promise<Tab> {
  const [width, height] = SIZES[look]
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: look === 'dark' ? 'dark' : 'light',
    reducedMotion: 'reduce',
    baseURL: address,
    hasTouch: look === 'narrow',
    locale: 'en-GB',
    timezoneId: 'UTC',
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  // Choices are kept on the server: each tab begins as if nobody had chosen anything.
  await fetch(`${address}/api/v1/main/preferences`, { method: 'DELETE' })
  const problems: string[] = []
  await watch(context, address, problems)
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  return { page, problems, close: () => context.close() }
}

/** Of a page that is open. */
export async function takeOn(page: Page, look: Look): Promise<void> {
  const [width, height] = SIZES[look]
  const scheme = look === 'dark' ? 'dark' : 'light'
  await page.setViewportSize({ width, height })
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
  const isKnown = page.url() !== 'about:blank'
  if (!isKnown) return
  await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor({ state: 'attached' })
  // Colours that follow in a transition are there with the second frame.
  await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
}

async function watch(context: BrowserContext, address: string, problems: string[]): Promise<void> {
  await context.addInitScript(
    `addEventListener('securitypolicyviolation', event => console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI))`,
  )
  context.on('console', message => {
    if (message.type() === 'error') problems.push(`console: ${message.text()} (${message.location().url})`)
  })
  context.on('weberror', error => problems.push(`uncaught: ${error.error().stack ?? error.error().message}`))
  context.on('request', request => {
    const isOurs = [address, 'data:', 'blob:'].some(begin => request.url().startsWith(begin))
    if (!isOurs) problems.push(`outside: ${request.url()}`)
  })
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/** What changes with the scheme alone. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block']

/** What axe finds, each kind with one example. In a page that was looked through in another scheme already the colours are all there is to find. */
export async function findBarriers(page: Page, look?: Look): Promise<readonly string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.evaluate(AXE)
  const only = look === 'dark' ? { type: 'rule', values: COLOUR_RULES } : RULES
  const { violations } = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(only)}, resultTypes: ['violations'] })`,
  )) as {
    readonly violations: readonly {
      readonly id: string
      readonly help: string
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
    }[]
  }
  return violations.map(({ id, help, nodes }) => {
    const [{ html, failureSummary = '' } = { html: '' }] = nodes
    return `${id}: ${help}, ${nodes.length} times, such as\n  ${html.slice(0, 200)}\n  ${failureSummary}`
  })
}

/** What a page brings in after itself. */
export type Shown = 'dialog' | 'chart'

/** Until nothing is asked for and nothing is loading any more, and what the page is opened for is there. */
export async function settled(page: Page, shows?: Shown): Promise<void> {
  // The frame of a page is there before its program is.
  await page.locator('main > *').first().waitFor({ state: 'attached' })
  await page.locator('main [role=status][aria-label]').first().waitFor({ state: 'detached' })
  if (shows === 'dialog') await page.getByRole('dialog').waitFor()
  // On a narrow screen charts stand below what is in sight, and come when somebody scrolls there.
  const isWide = (page.viewportSize()?.width ?? 0) > SIZES.narrow[0]
  if (shows === 'chart' && isWide) await page.getByRole('img', { name: 'Executions' }).waitFor()
  await page.evaluate('document.fonts.ready.then(() => undefined)')
}
