// Every page shows itself without an error, asks nobody else anything, and axe finds no barrier in it: light and dark. Here a page is opened once and
// takes on each scheme in turn; `npm run test:e2e` opens it anew in each, and on a narrow screen.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, takeOn, type Browser, type Look } from './browser.ts'
import { ROUTES } from './routes.ts'
import { seed, type Seed } from './seed.ts'
import { startServer, type BrowserServer } from './server.ts'

const LOOKS: readonly Look[] = ['light', 'dark']

let server: BrowserServer
let browser: Browser
let seeded: Seed
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  seeded = await seed(server)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

test('no page has a barrier or a problem, light and dark', { skip: NO_BROWSER }, async () => {
  const tab = await openTab(browser, server.address)
  const barriers: string[] = []
  const expected: string[] = []
  for (const { name, path, isUnknown, shows } of ROUTES) {
    const before = tab.problems.length
    await takeOn(tab.page, 'light')
    await tab.page.goto(path(seeded))
    for (const look of LOOKS) {
      await takeOn(tab.page, look)
      await settled(tab.page, shows)
      for (const barrier of await findBarriers(tab.page, look)) barriers.push(`${name}, ${look}: ${barrier}`)
    }
    // The browser itself says so of every answer that is 404.
    if (isUnknown === true) expected.push(...tab.problems.slice(before).filter(problem => problem.includes('404')))
  }
  await tab.close()

  const problems = tab.problems.filter(problem => !expected.includes(problem))
  assert.deepEqual([...barriers, ...problems], [])
})
