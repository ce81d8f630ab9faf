// J38: home tells what failed, which flows ran last and how they went, and keeps up with what runs while it is open.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser, type Page } from '../browser.ts'
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

const KINDS = ['door', 'wall', 'roof', 'cellar', 'garden', 'gate', 'attic']

/** `fails.one` has one kind of failure, `fails.many` more than the card shows. */
async function failInManyWays(): Promise<void> {
  for (const [namespace, kinds] of [
    ['fails.one', KINDS.slice(0, 1)],
    ['fails.many', KINDS],
  ] as const) {
    const task = 'io.kestra.plugin.core.execution.Fail, errorMessage: "the {{ inputs.of }} is closed"'
    const source = flow('fails', task).replace('tests', namespace)
    await server.call('POST', '/flows', `${source}inputs:\n  - { id: of, type: STRING }\n`)
    for (const of of kinds) await server.run(`${namespace}/fails`, { of })
  }
}

/** Holds an answer of the server back until it is let go. */
async function hold(page: Page, calls: RegExp): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  await page.route(calls, async route => {
    await promise
    await route.continue()
  })
  return resolve
}

/** What the browser calls the shift of the layout, of all that somebody has not asked for. */
const WATCH_SHIFTS = `globalThis.shifts = []
new PerformanceObserver(list => {
  for (const { value, hadRecentInput, sources } of list.getEntries())
    if (!hadRecentInput) shifts.push([value, ...sources.map(({ node }) => node?.textContent?.slice(0, 20))])
}).observe({ type: 'layout-shift', buffered: true })`
const SHIFT_MOST = 0.02
/** Entries come after the frame that they tell of. */
const READ_SHIFTS = `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))).then(() => shifts)`

const HELD = {
  failures: /\/incidents\?/,
  'everything else': /\/(?:calendar|human-tasks|counts|triggers\/search|executions\/search)\?/,
}
const CASES = [
  ['none', 'tests.far', 'Nothing needs you.'],
  ['one', 'fails.one', 'the door is closed'],
  ['many', 'fails.many', '2 more failures'],
] as const

test('J38: nothing moves when the failures come late, or before all others', { skip: NO_BROWSER }, async t => {
  await failInManyWays()
  for (const look of ['light', 'narrow'] as const)
    for (const [count, namespace, shown] of CASES)
      for (const [what, calls] of Object.entries(HELD))
        await t.test(`${count}, ${look}, ${what} held back`, async () => {
          const { page, problems, close } = await openTab(browser, server.address, look)
          await page.addInitScript(WATCH_SHIFTS)
          const release = await hold(page, calls)
          await page.goto(`/ui/dashboards?namespace=${namespace}`)
          const card = page.getByRole('region', { name: 'Needs you' })
          await card.getByRole('status').waitFor()
          // What is not held back is there, and painted.
          const others =
            what === 'failures' ? page.getByRole('region', { name: 'Next 24 hours' }) : page.getByRole('main')
          await others.getByText(what === 'failures' ? 'Nothing is planned.' : 'Running now').waitFor()
          await page.evaluate(READ_SHIFTS)

          release()
          await card.getByText(shown).waitFor()
          await settled(page)

          const shifts = (await page.evaluate(READ_SHIFTS)) as readonly (readonly [number, ...string[]])[]
          const sum = shifts.reduce((total, [value]) => total + value, 0)
          assert.ok(sum <= SHIFT_MOST, JSON.stringify(shifts))
          assert.deepEqual(problems, [])
          await close()
        })
})
