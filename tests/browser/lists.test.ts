// A list that grows: its next page is asked for in time and once, and what is in sight stays there.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, type Browser } from './browser.ts'
import { startServer, type BrowserServer } from './server.ts'

const FLOWS = 120
const PAGE = 50

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  const sources = Array.from({ length: FLOWS }, (_, at) => {
    const id = `flow-${String(at).padStart(3, '0')}`
    return `id: ${id}\nnamespace: lists\ntasks:\n  - { id: only, type: io.kestra.plugin.core.debug.Return, format: x }\n`
  })
  await server.call('POST', '/flows/bulk?delete=false', sources.join('\n---\n'))
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

/** Notes what the page asks for, with the last row that is drawn at that moment. */
const WATCH_CALLS = `globalThis.calls = []
const send = globalThis.fetch
globalThis.fetch = (input, init) => {
  const rows = [...document.querySelectorAll('main tbody tr[aria-rowindex]')].map(row => Number(row.getAttribute('aria-rowindex')))
  calls.push({ url: String(input.url ?? input), lastRow: Math.max(0, ...rows) })
  return send(input, init)
}`
const SCROLLER = `document.querySelector('main [role=region] > table').parentElement`
/** Several times over, as a wheel does. */
const TO_THE_END = `(async () => {
  for (let turn = 0; turn < 5; turn++) {
    ${SCROLLER}.scrollTop = ${SCROLLER}.scrollHeight - ${SCROLLER}.clientHeight - turn
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
  }
  return ${SCROLLER}.scrollTop
})()`

interface Call {
  readonly url: string
  readonly lastRow: number
}

test(
  'the next page of a list is asked for once, before the rows at its end are drawn, and moves nothing',
  { skip: NO_BROWSER },
  async () => {
    const { page, problems, close } = await openTab(browser, server.address)
    await page.addInitScript(WATCH_CALLS)
    const { promise, resolve: release } = Promise.withResolvers<void>()
    await page.route(/\/flows\/search\?.*page=2/, async route => {
      await promise
      await route.continue()
    })
    await page.goto('/ui/flows?view=flat')
    await page.getByRole('link', { name: 'lists.flow-000' }).waitFor()

    const top = Number(await page.evaluate(TO_THE_END))
    release()
    await page.locator(`tr[aria-rowindex="${PAGE + 2}"]`).waitFor({ state: 'attached' })
    const calls = (await page.evaluate('calls')) as readonly Call[]

    const next = calls.filter(({ url }) => /\/flows\/search\?.*page=2/.test(url))
    assert.equal(next.length, 1)
    assert.ok((next[0]?.lastRow ?? Infinity) <= PAGE, `row ${next[0]?.lastRow} was drawn before`)
    assert.equal(Number(await page.evaluate(`${SCROLLER}.scrollTop`)), top)
    assert.deepEqual(problems, [])
    await close()
  },
)

test(
  'a jump to the end brings one page, which was there already, and not the page after it',
  { skip: NO_BROWSER },
  async () => {
    const { page, problems, close } = await openTab(browser, server.address)
    const ahead = [2, 3].map(at =>
      page.waitForResponse(response => response.url().includes(`/flows/search?page=${at}&`)),
    )
    await page.goto('/ui/flows?view=flat')
    await (await ahead[0])?.finished()

    await page.evaluate(
      `new Promise(requestIdleCallback).then(() => { ${SCROLLER}.scrollTop = ${SCROLLER}.scrollHeight })`,
    )
    await page.locator(`tr[aria-rowindex="${PAGE + 2}"]`).waitFor({ state: 'attached' })
    await (await ahead[1])?.finished()
    await page.evaluate('new Promise(done => requestIdleCallback(done))')
    const rows = await page.evaluate(
      `Math.round(${SCROLLER}.querySelector('tbody').offsetHeight / ${SCROLLER}.querySelector('tbody tr[aria-rowindex]').offsetHeight)`,
    )

    assert.equal(rows, 2 * PAGE)
    assert.deepEqual(problems, [])
    await close()
  },
)

test('where columns are left out for want of room, the others take it', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.setViewportSize({ width: 1000, height: 700 })
  await page.goto('/ui/flows?view=flat')
  await page.getByRole('link', { name: 'lists.flow-000' }).waitFor()

  const [left, hidden] = (await page.evaluate(`(() => {
    const heads = [...document.querySelectorAll('main thead tr > *')]
    const shown = heads.filter(head => head.offsetWidth > 0)
    const edge = shown.at(-1).getBoundingClientRect().right
    return [${SCROLLER}.getBoundingClientRect().right - edge, heads.length - shown.length]
  })()`)) as readonly [number, number]

  assert.ok(hidden > 0, 'no column was left out')
  assert.ok(left < 20, `${left} px are empty beside the last column`)
  assert.deepEqual(problems, [])
  await close()
})

test(
  'a bar of the last runs leads to its execution, for a pointer and for a finger',
  { skip: NO_BROWSER },
  async () => {
    const ran = (await server.call('POST', '/executions/lists/flow-000?wait=true')) as { readonly id: string }
    const { page, problems, close } = await openTab(browser, server.address)
    const strip = page.locator('main tbody svg[height="28"]').locator('..').first()
    const target = `/ui/executions/lists/flow-000/${ran.id}`

    await page.goto('/ui/flows?view=flat')
    await strip.waitFor()
    assert.equal(await strip.getByRole('link', { includeHidden: true }).count(), 0)
    await strip.hover({ position: { x: 3, y: 20 } })
    const link = strip.locator('a')
    await link.waitFor()
    assert.equal(await link.getAttribute('href'), target)
    await page.mouse.move(0, 0)
    await link.waitFor({ state: 'detached' })
    await strip.click({ position: { x: 3, y: 20 } })
    await page.waitForURL(url => url.pathname.startsWith(target))

    await page.goto('/ui/flows?view=flat')
    await strip.waitFor()
    // As a tap: nothing is under the finger before it.
    await page.evaluate(`(() => {
    const strip = document.querySelector('main tbody svg[height="28"]').parentElement
    strip.dispatchEvent(new MouseEvent('click', { bubbles: true, clientX: strip.getBoundingClientRect().left + 3 }))
  })()`)
    await page.waitForURL(url => url.pathname.startsWith(target))
    assert.deepEqual(problems, [])
    await close()
  },
)

test(
  'a part beside a list that does not come leaves the list as it is, and comes when it is asked for again',
  { skip: NO_BROWSER },
  async () => {
    const schedule = 'triggers:\n  - { id: nightly, type: io.kestra.plugin.core.trigger.Schedule, cron: "0 3 * * *" }\n'
    const task = 'tasks:\n  - { id: only, type: io.kestra.plugin.core.debug.Return, format: x }\n'
    await server.call('POST', '/flows', `id: scheduled\nnamespace: lists\n${task}${schedule}`)
    const { page, close } = await openTab(browser, server.address)
    await page.route('**/trigger-detail-*.js', route => route.abort())
    await page.goto('/ui/admin/triggers')
    await page.getByRole('link', { name: 'nightly' }).first().click()
    const side = page.getByRole('complementary', { name: 'nightly' })
    const again = side.getByRole('button', { name: 'Try again' })
    await again.waitFor()
    await page.getByRole('switch', { name: 'Switch nightly on or off' }).first().waitFor()

    await page.unroute('**/trigger-detail-*.js')
    await again.click()
    await side.getByRole('heading', { name: 'Why did it not run?' }).waitFor()
    await close()
  },
)
