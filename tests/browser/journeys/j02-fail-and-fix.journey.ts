// J2: a run fails, its card says why in full, Fix leads to the line, the line is changed by keyboard, and the next run succeeds.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

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

/** From the line of the task's id to its condition. */
const LINES_DOWN = 4
/** Behind the number: ` }}'`. */
const AFTER_NUMBER = 4

test('J2: fail, read why, fix the line, run again', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/welcome')
  await page.getByRole('button', { name: 'Run: Fail & fix' }).press('Enter')
  await page.waitForURL(/\/ui\/executions\/tutorial\/fail-and-fix\//)
  const failed = page.url()

  const card = page.getByRole('region', { name: 'check failed' })
  await card.getByText('Only 3 boxes are left, and 5 are needed.').first().waitFor()
  await card.getByRole('button', { name: 'Fix' }).press('Enter')
  await page.waitForURL(/\/flows\/edit\/tutorial\/fail-and-fix\/edit/)
  await page.locator('.cm-activeLine', { hasText: 'id: check' }).waitFor()

  await page.keyboard.press('Control+1')
  for (let line = 0; line < LINES_DOWN; line += 1) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  for (let letter = 0; letter < AFTER_NUMBER; letter += 1) await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Backspace')
  await page.keyboard.type('3')
  await page.locator('.cm-line', { hasText: 'boxes >= 3' }).waitFor()
  await page.getByText('No problems. The server would accept it.').waitFor()
  await page.keyboard.press('Control+Enter')

  await page.waitForURL(url => url.pathname.includes('/executions/') && url.href !== failed)
  await page.getByRole('main').getByText('Success').first().waitFor()
  const { results } = (await server.call('GET', '/executions/search?namespace=tutorial&sort=state.startDate:asc')) as {
    readonly results: readonly { readonly flowRevision: number; readonly state: { readonly current: string } }[]
  }
  assert.deepEqual(
    results.map(({ flowRevision, state }) => [flowRevision, state.current]),
    [
      [1, 'FAILED'],
      [2, 'SUCCESS'],
    ],
  )
  assert.deepEqual(problems, [])
  await close()
})
