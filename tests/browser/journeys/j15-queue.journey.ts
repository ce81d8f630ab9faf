// J15: a limit of one place and three runs: who holds it and who waits where is shown, one is let go by hand, and the order is kept.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { until } from '../../e2e/until.ts'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const FLOW = `
id: narrow
namespace: tests
concurrency: { limit: 1, behavior: QUEUE }
tasks:
  - { id: hold, type: io.kestra.plugin.core.flow.Pause }
`

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

test(
  'J15: place and holder are shown, one is started by hand, and the order is kept',
  { skip: NO_BROWSER },
  async () => {
    await server.call('POST', '/flows', FLOW)
    const start = async (): Promise<string> => {
      const { id } = (await server.call('POST', '/executions/tests/narrow')) as { readonly id: string }
      return id
    }
    /** A place is held from the moment it begins: the pause comes a little later. */
    const pausedOf = (id: string): Promise<true> =>
      until(`${id} is paused`, async () => {
        const { state } = (await server.call('GET', `/executions/${id}`)) as {
          readonly state: { readonly current: string }
        }
        return state.current === 'PAUSED' || undefined
      })
    const [first, second, third, fourth] = [await start(), await start(), await start(), await start()]
    const { page, problems, close } = await openTab(browser, server.address)

    await page.goto(`/ui/executions/tests/narrow/${third}`)
    const card = page.getByRole('region', { name: 'It waits in the queue' })
    await card.getByText('Place 2 of 3 in the queue of tests.narrow, where 1 of 1 places are taken.').waitFor()
    await card.getByRole('link', { name: first }).waitFor()

    await page.goto('/ui/flows/edit/tests/narrow/concurrency')
    await settled(page)
    const rows = page.getByRole('table', { name: 'Concurrency' }).getByRole('row')
    await rows.filter({ hasText: fourth }).getByText('waits, number 3').waitFor()
    const before = await rows.allInnerTexts()
    await page.getByRole('button', { name: `Start ${third} now` }).click()
    await rows.filter({ hasText: third }).getByText('holds a place').waitFor()
    await pausedOf(third)

    await server.call('POST', `/executions/${third}/resume`)
    await server.call('POST', `/executions/${first}/resume`)
    await rows.filter({ hasText: second }).getByText('holds a place').waitFor()
    await pausedOf(second)
    await rows.filter({ hasText: fourth }).getByText('waits, number 1').waitFor()
    await close()

    const inOrder = [first, second, third, fourth].map(id => before.findIndex(text => text.includes(id)))
    assert.deepEqual(
      inOrder,
      inOrder.toSorted((a, b) => a - b),
    )
    assert.deepEqual(problems, [])
  },
)
