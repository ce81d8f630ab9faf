// Executions by hand and by keyboard: the list and what is done to a selection, the page of one that failed, its chart, its replay, a pause that is
// answered, and two of them side by side.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Locator } from 'playwright-core'
import {
  NO_BROWSER,
  findBarriers,
  openBrowser,
  openTab,
  settled,
  type Browser,
  type Look,
  type Tab,
} from './browser.ts'
import { seed, type Seed } from './seed.ts'
import { startServer, type BrowserServer } from './server.ts'

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

async function open(path: string, look: Look = 'light'): Promise<Tab> {
  const tab = await openTab(browser, server.address, look)
  await tab.page.goto(path)
  await settled(tab.page)
  return tab
}

test('a selection is told what can be done to it, and labels can be taken back', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open('/ui/executions?filters[flowId][EQUALS]=broken')
  const row = page.getByRole('row', { name: /broken/ })

  await row.getByRole('checkbox').check()
  await page.getByRole('toolbar').getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'Labels' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Key of label 1' }).fill('seen')
  await dialog.getByRole('textbox', { name: 'Value of label 1' }).fill('yes')
  await dialog.getByRole('button', { name: 'Add labels' }).click()
  await row.getByText('seen:yes').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await row.getByText('seen:yes').waitFor({ state: 'hidden' })

  assert.deepEqual(problems, [])
  await close()
})

/** What the browser calls the shift of the layout, of all that somebody has not asked for. */
const WATCH_SHIFTS = `globalThis.shift = 0
new PerformanceObserver(list => {
  for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) shift += value
}).observe({ type: 'layout-shift', buffered: true })`
/** Entries come after the frame that they tell of. */
const READ_SHIFT = `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))).then(() => shift)`
const SHIFT_MOST = 0.02

test(
  'where there is room the views stand beside the list, with their counts, and are folded for good',
  { skip: NO_BROWSER },
  async () => {
    const view = { page: 'executions', name: 'Mine alone', filters: 'filters[flowId][EQUALS]=broken' }
    await server.call('PUT', '/views/mine-alone', JSON.stringify(view))
    const { page, problems, close } = await openTab(browser, server.address)
    await page.addInitScript(WATCH_SHIFTS)
    await page.goto('/ui/executions')
    await settled(page)
    const views = page.getByRole('navigation', { name: 'Views' })

    await views
      .getByRole('region', { name: 'Yours' })
      .getByRole('link', { name: /^Mine alone ?\d+$/ })
      .waitFor()
    await views
      .getByRole('link', { name: /^All ?\d+$/ })
      .and(page.locator('[aria-current=true]'))
      .waitFor()
    const shift = Number(await page.evaluate(READ_SHIFT))
    const barriers = await findBarriers(page)
    await views.getByRole('link', { name: /Waiting for people/ }).click()
    await page.waitForURL(/PAUSED/)
    await views.locator('[aria-current=true]').filter({ hasText: 'Waiting for people' }).waitFor()
    await views.getByRole('button', { name: 'Fold the views' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Views: Waiting for people' }).waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Views: Waiting for people' }).waitFor()
    await views.getByRole('button', { name: 'Show the views beside the list' }).click()
    await views.getByRole('link', { name: /^Running/ }).waitFor()

    assert.ok(shift <= SHIFT_MOST, `things moved by ${shift}`)
    assert.deepEqual(barriers, [])
    assert.deepEqual(problems, [])
    await close()
  },
)

test('on a narrow screen the views are a menu', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open('/ui/executions', 'narrow')

  await page.getByRole('button', { name: 'Views: All' }).click()
  await page.getByRole('menuitemradio', { name: /Failed today/ }).waitFor()

  assert.equal(await page.getByRole('navigation', { name: 'Views' }).count(), 0)
  assert.deepEqual(problems, [])
  await close()
})

test(
  'how long each took is seen over time, and each point is the way to its execution',
  { skip: NO_BROWSER },
  async () => {
    const { page, problems, close } = await open('/ui/executions?filters[namespace][EQUALS]=tests')
    await page.getByRole('button', { name: 'Chart: Executions over time' }).click()
    await page.getByRole('menuitemradio', { name: 'Duration of each' }).click()
    await page.waitForURL(/chart=durations/)
    const chart = page.getByRole('region', { name: 'Executions over time' })
    const points = chart.locator(`a[href*="${seeded.failed}"]`)
    await points.waitFor()

    assert.deepEqual(await findBarriers(page), [])
    const slices = chart.getByRole('slider', { name: 'Choose a part of the time' })
    const newest = Number(await slices.getAttribute('aria-valuemax'))
    await chart.getByRole('listitem').first().getByRole('button').focus()
    await page.keyboard.press('Shift+Tab')
    await slices.and(page.locator('[aria-valuetext*="–"]')).waitFor()
    await page.keyboard.press('Home')
    await slices.and(page.locator('[aria-valuenow="0"]')).waitFor()
    await page.keyboard.press('Shift+End')
    await slices.and(page.locator(`[aria-valuenow="${newest}"][aria-valuetext*="Failed"]`)).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(/startDate/)
    await page.goBack()

    await points.click()
    await page.waitForURL(`**/${seeded.failed}`)
    assert.deepEqual(problems, [])
    await close()
  },
)

test('a new execution comes into the list by itself', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open('/ui/executions')
  const rows = page.getByRole('row', { name: /tests\.broken|tests \/ broken/ })
  const before = await rows.count()

  await server.call('POST', '/executions/tests/broken')
  await rows.nth(before).waitFor()

  assert.deepEqual(problems, [])
  await close()
})

test('a failed execution opens on its message, its line and what to do next', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open(`/ui/executions/tests/broken/${seeded.failed}`)
  const card = page.getByRole('region', { name: 'load failed' })

  await card.getByText('connection refused by warehouse:5432').first().waitFor()
  await card.getByText(/line 9 of the flow/).waitFor()
  await card.getByRole('button', { name: 'Show the task' }).click()
  await page.getByRole('tab', { name: 'Code' }).click()
  await page.getByText('type: io.kestra.plugin.core.execution.Fail').first().waitFor()

  assert.match(page.url(), /task=/)
  assert.deepEqual(await findBarriers(page), [])
  assert.deepEqual(problems, [])
  await close()
})

test(
  'the chart is walked, folded and zoomed by keys, and the address keeps the zoom',
  { skip: NO_BROWSER },
  async () => {
    const { page, problems, close } = await open(`/ui/executions/examples/parallel-and-loops/${seeded.succeeded}/gantt`)
    const grid = page.getByRole('treegrid')

    await grid.getByRole('row', { name: /Success left_first/ }).waitFor()
    await grid.focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowLeft')
    await grid.getByRole('row', { name: /Success left_first/ }).waitFor({ state: 'hidden' })
    await page.keyboard.press('ArrowRight')
    await grid.getByRole('row', { name: /Success left_first/ }).waitFor()
    await page.keyboard.press('+')
    await page.waitForURL(/zoom=/)
    await page.keyboard.press('Enter')
    await page.getByRole('tab', { name: 'Attempts' }).waitFor()

    assert.deepEqual(problems, [])
    await close()
  },
)

const FANNED = `
id: fanned
namespace: tests
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - { id: left, type: io.kestra.plugin.core.debug.Return, format: l }
      - { id: right, type: io.kestra.plugin.core.debug.Return, format: r }
  - { id: join, type: io.kestra.plugin.core.debug.Return, format: j }
  - { id: send, type: io.kestra.plugin.core.debug.Return, format: s }
`

test(
  'lines lead into and out of the row that is looked at, keys go along them, and both are told',
  { skip: NO_BROWSER },
  async () => {
    await server.call('POST', '/flows', FANNED)
    const { id } = (await server.call('POST', '/executions/tests/fanned?wait=true')) as { readonly id: string }
    const { page, problems, close } = await openTab(browser, server.address)
    const asked: string[] = []
    page.on('request', request => asked.push(request.url()))
    await page.goto(`/ui/executions/tests/fanned/${id}/gantt`)
    await settled(page)
    const grid = page.getByRole('treegrid')
    const rowOf = (task: string): Locator =>
      grid.getByRole('row').filter({ has: page.getByText(task, { exact: true }) })
    const isAt = async (task: string): Promise<void> => {
      const row = await rowOf(task).getAttribute('id')
      await page.locator(`[role=treegrid][aria-activedescendant="${row}"]`).waitFor()
    }
    await rowOf('send').waitFor()
    const early = asked.filter(url => url.includes('gantt-edges'))
    const lines = page.locator('[data-edge]')

    await rowOf('join').hover()
    await lines.nth(2).waitFor()
    const count = await lines.count()
    await grid.getByRole('row', { name: /join.*Waited for (left, right|right, left) · Followed by send/ }).waitFor()
    await page.mouse.move(1, 1)
    await lines.first().waitFor({ state: 'detached' })
    await grid.focus()
    await page.keyboard.press('End')
    await isAt('send')
    await page.keyboard.press('p')
    await isAt('join')
    await page.keyboard.press('s')
    await isAt('send')
    await page.keyboard.press('s')
    await page.getByText('No task run waited for it.').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('Waited for join', { exact: true }).waitFor()
    const barriers = await findBarriers(page)
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByText('To what it waited for').waitFor()

    assert.deepEqual(early, [])
    assert.equal(count, 3)
    assert.deepEqual(barriers, [])
    assert.deepEqual(problems, [])
    await close()
  },
)

test(
  'without their program the lines are said to be missing, and are asked for again',
  { skip: NO_BROWSER },
  async () => {
    const { page, close } = await open(`/ui/executions/examples/parallel-and-loops/${seeded.succeeded}/gantt`)
    const row = page.getByRole('row', { name: /left_second|left_first/ }).first()
    const told = page.getByText('The lines could not be loaded.')
    await page.route(/gantt-edges/, route => route.abort())
    await row.hover()
    await told.waitFor()

    await page.unroute(/gantt-edges/)
    await page
      .getByRole('row', { name: /right|join|each/ })
      .first()
      .hover()
    await told.waitFor({ state: 'hidden' })

    await close()
  },
)

test(
  'the log stands below the chart once somebody asks for it, of what is chosen or of all, as high as it was left',
  { skip: NO_BROWSER },
  async () => {
    const { page, problems, close } = await openTab(browser, server.address)
    const asked: string[] = []
    page.on('request', request => asked.push(request.url()))
    await page.goto(`/ui/executions/tests/broken/${seeded.failed}/gantt`)
    await settled(page)
    const lines = page.getByRole('log')
    const border = page.getByRole('separator', { name: 'Height of Log' })
    await page.getByRole('row', { name: /Failed load/ }).waitFor()
    const early = asked.filter(url => /\/logs\/|execution-logs|log-pane/.test(url))

    await page.keyboard.press('l')
    await lines.getByText('connection refused by warehouse:5432').first().waitFor()
    const barriers = await findBarriers(page)
    const grid = page.getByRole('treegrid')
    const isTight = await grid.evaluate(
      (element: { readonly clientHeight: number; readonly scrollHeight: number }) =>
        element.clientHeight === element.scrollHeight && element.clientHeight < 160,
    )
    const offered = Number(await border.getAttribute('aria-valuenow'))
    await border.focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('f')
    const choice = page.getByRole('group', { name: 'Lines of' })
    await choice.getByRole('button', { name: 'load', pressed: true }).waitFor()
    await page.getByRole('row', { name: /Success tell/ }).click()
    await choice.getByRole('button', { name: 'tell', pressed: true }).waitFor()
    await page.getByText('1 of 2 lines').waitFor()
    await choice.getByRole('button', { name: 'All tasks' }).click()
    await page.getByText('2 lines', { exact: true }).waitFor()
    const height = await border.getAttribute('aria-valuenow')
    await page.reload()
    await border.and(page.locator(`[aria-valuenow="${height}"]`)).waitFor()
    await border.press('Enter')
    await border.and(page.locator(`[aria-valuenow="${offered}"]`)).waitFor()
    await page.getByRole('button', { name: 'Hide the log below the chart' }).click()
    await lines.waitFor({ state: 'detached' })

    assert.deepEqual(early, [])
    assert.ok(isTight, 'the chart is higher than its rows')
    assert.equal(Number(height), offered - 24)
    assert.deepEqual(barriers, [])
    assert.deepEqual(problems, [])
    await close()
  },
)

test(
  'a node of the drawing opens its panel beside it, and Escape gives the focus back',
  { skip: NO_BROWSER },
  async () => {
    const { page, problems, close } = await open(`/ui/executions/tests/broken/${seeded.failed}/topology`)
    const node = page.locator('[data-block]').filter({ hasText: 'fetch' })
    const given = page.getByRole('region', { name: 'What it was given' })
    const drawing = page.locator('.react-flow__viewport')

    await node.focus()
    await page.keyboard.press('Enter')
    await given.getByText('rows of {{ inputs.region }}').waitFor()
    await given.getByRole('button', { name: 'Fill in the expressions' }).click()
    await given.getByText('rows of EU').waitFor()
    await page.getByRole('region', { name: 'Outputs' }).getByText('rows of EU').waitFor()
    const toGantt = await page.getByRole('link', { name: 'In the Gantt' }).getAttribute('href')
    const place = await drawing.getAttribute('style')
    await page.getByRole('group', { name: 'Drawing of the flow' }).hover({ position: { x: 30, y: 30 } })
    await page.mouse.wheel(0, 80)
    await page.locator(`.react-flow__viewport:not([style="${place}"])`).waitFor()
    const barriers = await findBarriers(page)
    await page.keyboard.press('Escape')
    await given.waitFor({ state: 'detached' })
    await page.locator('[data-block]:focus').filter({ hasText: 'fetch' }).waitFor()

    assert.match(toGantt ?? '', /\/gantt\?task=/)
    assert.deepEqual(barriers, [])
    assert.deepEqual(problems, [])
    await close()
  },
)

test(
  'the bars over a log are one stop of the Tab key, and arrow keys go from one to the next',
  { skip: NO_BROWSER },
  async () => {
    const { page, problems, close } = await open(`/ui/executions/tests/broken/${seeded.failed}/logs`)
    const bars = page.getByRole('group', { name: /Lines over time/ }).getByRole('button')
    await bars.first().waitFor()

    await bars.and(page.locator('[tabindex="0"]')).focus()
    await page.keyboard.press('End')
    await bars.last().and(page.locator(':focus')).waitFor()
    await page.keyboard.press('ArrowRight')
    await bars.last().and(page.locator(':focus')).waitFor()
    await page.keyboard.press('Home')
    await bars.first().and(page.locator('[tabindex="0"]:focus')).waitFor()
    const stops = await bars.and(page.locator('[tabindex="0"]')).count()

    assert.equal(stops, 1)
    assert.deepEqual(await findBarriers(page), [])
    assert.deepEqual(problems, [])
    await close()
  },
)

test('a replay begins at the task that failed, as an execution of its own', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open(`/ui/executions/tests/broken/${seeded.failed}`)

  await page.getByRole('button', { name: 'Replay from load' }).click()
  const dialog = page.getByRole('dialog', { name: 'Replay the execution' })
  await dialog.getByText(/The outputs of fetch are used again/).waitFor()
  await dialog.getByRole('radio', { name: 'changed' }).check()
  await dialog.getByRole('textbox', { name: /region/ }).fill('US')
  await dialog.getByRole('button', { name: 'Replay' }).click()
  await page.waitForURL(url => !url.pathname.includes(seeded.failed))
  await page.getByText('US', { exact: true }).waitFor()

  assert.deepEqual(problems, [])
  await close()
})

const HEAD_MOST_PX = 120

test(
  'on a narrow screen the head is low: one button for what can be done, and facts that unfold',
  { skip: NO_BROWSER },
  async () => {
    const { page, problems, close } = await open(`/ui/executions/tests/broken/${seeded.failed}`, 'narrow')
    const head = page.getByRole('main').locator('header').first()
    await head.getByRole('heading', { name: /Failed.*broken/ }).waitFor()

    const { height = Infinity } = (await head.boundingBox()) ?? {}
    await head.getByRole('button', { name: 'Details' }).click()
    await head.getByText('rev 1').waitFor()
    const barriers = await findBarriers(page)
    await head.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'cURL', exact: true }).waitFor()
    await page.getByRole('menuitem', { name: /^Replay/ }).click()
    await page.getByRole('dialog', { name: 'Replay the execution' }).waitFor()

    assert.ok(height <= HEAD_MOST_PX, `it is ${height} px high`)
    assert.deepEqual(barriers, [])
    assert.deepEqual(problems, [])
    await close()
  },
)

test(
  'on a narrow screen the panel of a node lies over the page, and Escape gives the focus back to the node',
  { skip: NO_BROWSER },
  async () => {
    const { page, problems, close } = await open(`/ui/executions/tests/broken/${seeded.failed}/topology`, 'narrow')
    const node = page.locator('[data-block]').last()

    await node.focus()
    const name = await node.getAttribute('data-block')
    await page.keyboard.press('Enter')
    const panel = page.getByRole('dialog')
    await panel.getByRole('tab').first().waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'hidden' })

    assert.equal(await page.evaluate('document.activeElement?.dataset.block'), name)
    assert.deepEqual(problems, [])
    await close()
  },
)

test('a pause is answered on a narrow screen', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await open(`/ui/executions/tests/approval/${seeded.paused}`, 'narrow')
  const card = page.getByRole('region', { name: 'wait_for_yes waits for an answer' })

  await card.getByRole('textbox', { name: /reason/ }).fill('fine')
  await card.getByRole('button', { name: 'Resume' }).click()
  await page.getByRole('heading', { name: /Success/ }).waitFor()

  assert.deepEqual(problems, [])
  await close()
})

test('two executions side by side name their first divergence', { skip: NO_BROWSER }, async () => {
  const other = (await server.call('POST', '/executions/tests/broken')) as { readonly id: string }
  const { page, problems, close } = await open(`/ui/executions/compare?left=${seeded.succeeded}&right=${other.id}`)

  const first = page.getByRole('region', { name: 'First divergence' })
  await first.getByRole('heading', { name: 'First divergence' }).waitFor()

  assert.deepEqual(await findBarriers(page), [])
  assert.deepEqual(problems, [])
  await close()
})
