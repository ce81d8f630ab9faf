// The shell that stands in the page before its programs are there: it is where the other one will be, its links can be used, and who has gone to one of them
// stays there.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  NO_BROWSER,
  findBarriers,
  openBrowser,
  openTab,
  settled,
  type Browser,
  type Look,
  type Page,
} from './browser.ts'
import { startServer, type BrowserServer } from './server.ts'

const ENTRY = /\/assets\/index-[^/]+\.js$/

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

/** The programs wait until they are let go. */
async function hold(page: Page): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route(ENTRY, async route => {
    await promise
    await route.continue()
  })
  return resolve
}

/** Links that can be seen, each with its place and its colours. */
const LINKS = `[...document.querySelectorAll('nav[aria-label="Main"] a')].filter(link => link.offsetParent !== null).map(link => {
  const { x, y, width, height } = link.getBoundingClientRect()
  const { color, backgroundColor } = getComputedStyle(link)
  const place = [x, y, width, height].map(Math.round).join(' ')
  return [link.getAttribute('href'), link.textContent, link.ariaCurrent, place, color, backgroundColor].join(' | ')
})`

for (const look of ['light', 'dark', 'narrow'] as const satisfies readonly Look[])
  test(`the shell of the page is that of the programs, ${look}`, { skip: NO_BROWSER }, async () => {
    const { page, problems, close } = await openTab(browser, server.address, look)
    const letGo = await hold(page)
    await page.goto('/ui/main/flows', { waitUntil: 'commit' })
    await page.getByRole('link', { name: 'Flows' }).and(page.locator('[aria-current=page]')).waitFor()
    await page.evaluate('document.fonts.ready.then(() => undefined)')

    const first = (await page.evaluate(LINKS)) as readonly string[]
    const barriers = await findBarriers(page)
    await page.getByRole('link', { name: 'Inbox' }).focus()
    letGo()
    await settled(page)

    assert.deepEqual(await page.evaluate(LINKS), first)
    assert.ok(first.length >= 4 && first.every(link => link.startsWith('/ui/main/')), first.join('\n'))
    assert.equal(await page.evaluate(`document.activeElement.getAttribute('href')`), '/ui/main/inbox')
    assert.deepEqual([...barriers, ...problems], [])
    await close()
  })

test('a link of it leads on before any program runs', { skip: NO_BROWSER }, async () => {
  const { page, close } = await openTab(browser, server.address)
  await hold(page)
  await page.goto('/ui/flows', { waitUntil: 'commit' })

  await page.getByRole('link', { name: 'Inbox' }).click()

  await page.waitForURL('**/ui/inbox', { waitUntil: 'commit' })
  await close()
})

test(
  'who has pinned or arranged the rail sees its frame, and no entries in another order',
  { skip: NO_BROWSER },
  async () => {
    const { page, close } = await openTab(browser, server.address)
    await page.addInitScript(
      `localStorage.setItem('batuta.rail.pinned', 'true'); localStorage.setItem('batuta.rail', '{"order":["logs"]}')`,
    )
    const letGo = await hold(page)
    const width = `document.querySelector('nav[aria-label="Main"]').offsetWidth`
    await page.goto('/ui/flows', { waitUntil: 'commit' })
    await page.getByRole('link', { name: 'Batuta' }).waitFor()

    const first = [await page.evaluate(width), await page.getByRole('link').count()]
    letGo()
    await settled(page)

    assert.deepEqual(first, [await page.evaluate(width), 1])
    await close()
  },
)

test('pages before the sign-in have none', { skip: NO_BROWSER }, async () => {
  const { page, close } = await openTab(browser, server.address)
  await hold(page)
  await page.goto('/ui/login', { waitUntil: 'commit' })
  await page.locator('#root').waitFor({ state: 'attached' })

  assert.equal(await page.locator('#root > *').count(), 0)
  await close()
})
