// J38: home tells what failed, which flows ran last and how they went, and keeps up with what runs while it is open.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const flow = (id: string, task: string): string =>
  `id: ${id}\nnamespace: tests\ntasks:\n  - { id: only, type: ${task} }\n`

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  await server.call('POST', '/flows', flow('well', 'io.kestra.plugin.core.debug.Return, format: x'))
  await server.call('POST', '/flows', flow('late', 'io.kestra.plugin.core.debug.Return, format: x'))
  await server.call(
    'POST',
    '/flows',
    flow('ill', 'io.kestra.plugin.core.execution.Fail, errorMessage: the warehouse is closed'),
  )
  for (const id of ['well', 'well', 'well', 'ill']) await server.run(`tests/${id}`)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

test('J38: what is ill is seen first, and every flow leads to its page', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/dashboards')
  await page.getByRole('region', { name: 'Needs you' }).getByText('the warehouse is closed').waitFor()
  const flows = page.getByRole('region', { name: 'Flows that ran last' })

  await flows.getByText('3 runs, 0 failed, the last: success').waitFor()
  await flows.getByText('1 run, 1 failed, the last: failed').waitFor()
  assert.deepEqual(
    (await flows.getByRole('listitem').getByRole('link').allInnerTexts()).map(text =>
      text.replaceAll(/\s+/g, ' ').trim(),
    ),
    ['Failed tests / ill', 'Success tests / well'],
  )
  assert.deepEqual(await findBarriers(page), [])

  await server.run('tests/late')
  await flows.getByRole('listitem').first().getByText('late').waitFor()
  await flows.getByRole('link', { name: /well/ }).click()
  await page.waitForURL('**/ui/flows/edit/tests/well')
  assert.deepEqual(problems, [])
  await close()
})

test(
  'J38: where things ran is told by namespace, and each number leads to the list that makes it up',
  { skip: NO_BROWSER },
  async () => {
    await server.call(
      'POST',
      '/flows',
      flow('far', 'io.kestra.plugin.core.debug.Return, format: x').replace('tests', 'tests.far'),
    )
    await server.run('tests.far/far')
    const { page, problems, close } = await openTab(browser, server.address)
    await page.goto('/ui/dashboards')
    const places = page.getByRole('region', { name: 'By namespace' })

    await places.getByRole('link', { name: '1 execution in tests.far' }).waitFor()
    assert.equal(await places.getByRole('link', { name: /failed/ }).count(), 1)
    await places.getByRole('link', { name: '1 failed' }).click()
    await page.waitForURL(/executions.*FAILED/)
    await page
      .getByRole('row', { name: /tests.*ill/ })
      .first()
      .waitFor()
    assert.equal(await page.getByRole('row', { name: /well/ }).count(), 0)

    await page.goto('/ui/dashboards?namespace=tests.far')
    await places.getByRole('link', { name: '1 execution in tests.far' }).waitFor()
    assert.equal(await places.getByRole('listitem').count(), 1)
    assert.deepEqual(problems, [])
    await close()
  },
)

test('J38: on a narrow screen nothing is cut off', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address, 'narrow')
  await page.goto('/ui/dashboards')
  await settled(page)
  await page.getByRole('region', { name: 'Flows that ran last' }).getByRole('link', { name: /ill/ }).waitFor()

  assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true)
  assert.deepEqual(await findBarriers(page), [])
  assert.deepEqual(problems, [])
  await close()
})
