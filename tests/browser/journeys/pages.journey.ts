// Every page opened anew in each look, as somebody with this scheme and this screen opens it.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser, type Look } from '../browser.ts'
import { ROUTES } from '../routes.ts'
import { seed, type Seed } from '../seed.ts'
import { startServer, type BrowserServer } from '../server.ts'

const LOOKS: readonly Look[] = ['light', 'dark', 'narrow']

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

for (const look of LOOKS) {
  test(`no page has a barrier or a problem, opened ${look}`, { skip: NO_BROWSER }, async () => {
    const tab = await openTab(browser, server.address, look)
    const barriers: string[] = []
    const expected: string[] = []
    for (const { name, path, isUnknown, shows } of ROUTES) {
      const before = tab.problems.length
      await tab.page.goto(path(seeded))
      await settled(tab.page, shows)
      for (const barrier of await findBarriers(tab.page)) barriers.push(`${name}: ${barrier}`)
      // The browser itself says so of every answer that is 404.
      if (isUnknown === true) expected.push(...tab.problems.slice(before).filter(problem => problem.includes('404')))
    }
    await tab.close()

    const problems = tab.problems.filter(problem => !expected.includes(problem))
    assert.deepEqual([...barriers, ...problems], [])
  })
}
