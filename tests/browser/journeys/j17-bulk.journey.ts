// J17. What is done to many runs as an operation: chosen by their filter, told beforehand, cancelled in the middle, taken back; a kill asks for the number.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

/** For the server to look through what is chosen, on a machine that has other things to do. */
const PATIENCE_MS = 180_000
const COUNT = 12_408
const WAITING = 120
const AT_ONCE = 16
const QUICK = `
id: many
namespace: bulk
labels: { team: data }
tasks:
  - { id: log, type: io.kestra.plugin.core.log.Log, message: one of many }
`
const WAITS = `
id: waits
namespace: bulk
tasks:
  - { id: wait, type: io.kestra.plugin.core.flow.Pause }
`

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  for (const source of [QUICK, WAITS]) await server.call('POST', '/flows', source)
  await startMany('many', COUNT)
  await startMany('waits', WAITING)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

async function startMany(flow: string, count: number): Promise<void> {
  let left = count
  const start = async (): Promise<void> => {
    for (; left > 0;) {
      left -= 1
      await begin(flow)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, start))
}

/** Until it is taken: a server that has more to do than it can keep up with says so. */
async function begin(flow: string): Promise<void> {
  for (;;) {
    try {
      await server.call('POST', `/executions/bulk/${flow}`)
      return
    } catch (error) {
      if (!String(error).includes('answered 429')) throw error
    }
  }
}

async function count(query: string): Promise<number> {
  const operation = (await server.call(
    'POST',
    '/operations/preview',
    JSON.stringify({ resource: 'executions', action: 'replay', query }),
  )) as { readonly total: number }
  return operation.total
}

test('J17: all 12,408 that match are labelled, cancelled at half and as before', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/executions?filters[flowId][EQUALS]=many')
  await settled(page)

  await page.getByRole('row', { name: /many/ }).first().getByRole('checkbox').check()
  const bar = page.getByRole('toolbar', { name: 'What to do with the selection' })
  await bar.getByRole('button', { name: /Select all/ }).click()
  await bar.getByText('All 12,408 that match').waitFor()
  await bar.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Labels' }).click()
  const dialog = page.getByRole('dialog', { name: 'Labels: 12,408 executions' })
  await dialog.getByRole('textbox', { name: 'Key of label 1' }).fill('team')
  await dialog.getByRole('textbox', { name: 'Value of label 1' }).fill('archive')
  const barriers = await findBarriers(page)
  await dialog.getByRole('button', { name: 'Add labels' }).click()
  await dialog.waitFor({ state: 'hidden', timeout: PATIENCE_MS })
  await page.getByRole('button', { name: /^Notifications/ }).click()
  const bell = page.getByRole('dialog', { name: 'Notifications' })
  await bell.getByText(/^Labels: (?!0 )[\d,]+ of 12,408 executions/).waitFor()
  // At once: what is to be cancelled must not have come to its end.
  await bell.getByRole('button', { name: /^Cancel/ }).click()
  await bell.getByText(/^Labels: cancelled after [\d,]+ executions/).waitFor()
  const inBell = await findBarriers(page)

  const half = await count('filters[labels][EQUALS][team]=archive')
  assert.ok(half > 0 && half < COUNT, String(half))
  await bell.getByRole('button', { name: /^Undo/ }).click()
  await bell.getByText(/^Undo of labels: [\d,]+ executions(?! found so far)/).waitFor({ timeout: 60_000 })
  const left = await count('filters[labels][EQUALS][team]=archive')
  assert.equal(left, 0, `${half} were labelled; ${JSON.stringify(await server.call('GET', '/operations'))}`)
  assert.equal(await count('filters[labels][EQUALS][team]=data'), COUNT)
  assert.deepEqual([...barriers, ...inBell], [])
  assert.deepEqual(problems, [])
  await close()
})

test('J17: a kill of many asks for the number and tells who is left', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/executions?filters[flowId][EQUALS]=waits')
  await settled(page)

  await page.getByRole('row', { name: /waits/ }).first().getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Select all 120 that match' }).click()
  await page.getByRole('toolbar').getByRole('button', { name: 'Kill' }).click()
  const dialog = page.getByRole('dialog', { name: 'Kill: 120 executions' })
  const kill = dialog.getByRole('button', { name: 'Kill' })
  await dialog.getByText('It will be done to 120 paused.').waitFor()
  assert.equal(await kill.isDisabled(), true)
  await dialog.getByRole('textbox', { name: 'Type 120 to go on' }).fill('12')
  assert.equal(await kill.isDisabled(), true)
  await dialog.getByRole('textbox', { name: 'Type 120 to go on' }).fill('120')
  await kill.click()
  await page.getByRole('status').getByText('Kill: 120 executions').waitFor()

  assert.equal(await count('filters[flowId][EQUALS]=waits&filters[state][EQUALS]=KILLED'), WAITING)
  assert.deepEqual(problems, [])
  await close()
})
