// J36: the small map of a long flow: its frame is what is in sight, follows when one pans and zooms, and a click on it goes there.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const STEPS = 60

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  const tasks = Array.from(
    { length: STEPS },
    (_step, number) => `  - { id: step_${number}, type: io.kestra.plugin.core.debug.Return, format: x }\n`,
  )
  await server.call('POST', '/flows', `id: long\nnamespace: tests\ntasks:\n${tasks.join('')}`)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

const FAR = 40

interface Frame {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** The hole in the veil over the map, in the measure of the drawing. */
async function frameOf(map: Locator): Promise<Frame> {
  const veil = (await map.locator('path').getAttribute('d')) ?? ''
  const [, left, top, width, height] = /z M(\S+),(\S+?)h(\S+?)v(\S+?)h/.exec(veil)?.map(Number) ?? []
  assert.ok(left !== undefined && top !== undefined && width !== undefined && height !== undefined, veil)
  return { left, top, width, height }
}

async function changed(map: Locator, before: Frame): Promise<Frame> {
  for (;;) {
    const now = await frameOf(map)
    if (JSON.stringify(now) !== JSON.stringify(before)) return await atRest(map)
  }
}

/** What moves in steps has come to its end: two looks, a frame apart, are alike. */
async function atRest(map: Locator): Promise<Frame> {
  for (;;) {
    const one = await frameOf(map)
    await map.page().evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
    const two = await frameOf(map)
    if (JSON.stringify(one) === JSON.stringify(two)) return two
  }
}

async function isInSight(page: Page, task: string): Promise<boolean> {
  const canvas = await page.getByRole('group', { name: /^Drawing of the flow/ }).boundingBox()
  const box = await page.getByText(task, { exact: true }).boundingBox()
  if (!canvas || !box) return false
  const isWithin = (at: number, from: number, size: number): boolean => at >= from && at <= from + size
  return isWithin(box.x, canvas.x, canvas.width) && isWithin(box.y, canvas.y, canvas.height)
}

async function comesInSight(page: Page, task: string): Promise<void> {
  await page.getByText(task, { exact: true }).waitFor()
  while (!(await isInSight(page, task)))
    await page.evaluate('new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))')
}

test('J36: the frame of the map follows, and the map leads', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/flows/edit/tests/long/topology')
  await settled(page)
  const map = page.getByRole('img', { name: 'Small map of the drawing' })
  await map.waitFor()
  const canvas = await page.getByRole('group', { name: /^Drawing of the flow/ }).boundingBox()
  assert.ok(canvas)
  const first = await atRest(map)

  // A hand that drags the drawing by 120 px to the left moves the frame as far to the right.
  const [x, y] = [canvas.x + canvas.width / 2, canvas.y + canvas.height - 40]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x - 120, y, { steps: 4 })
  await page.mouse.up()
  const panned = await changed(map, first)
  const zoom = canvas.width / first.width
  assert.ok(Math.abs(panned.left - first.left - 120 / zoom) < 2, JSON.stringify({ first, panned, zoom }))
  assert.ok(Math.abs(panned.width - first.width) < 0.01)

  // Whoever comes nearer sees less.
  await page.getByRole('button', { name: 'Larger' }).click()
  const nearer = await changed(map, panned)
  assert.ok(nearer.width < panned.width && nearer.height < panned.height)

  // The last step is far away until one clicks on the end of the map.
  const box = await map.boundingBox()
  assert.ok(box)
  assert.equal(await isInSight(page, `step_${STEPS - 1}`), false)
  await page.mouse.click(box.x + box.width - 3, box.y + box.height / 2)
  await changed(map, nearer)
  assert.equal(await isInSight(page, `step_${STEPS - 1}`), true)
  assert.equal(await isInSight(page, 'step_0'), false)

  assert.deepEqual(problems, [])
  await close()
})

test('J36: a failure far along is in sight when the drawing opens', { skip: NO_BROWSER }, async () => {
  const tasks = Array.from({ length: STEPS }, (_step, number) =>
    number === FAR
      ? `  - { id: step_${number}, type: io.kestra.plugin.core.execution.Fail }\n`
      : `  - { id: step_${number}, type: io.kestra.plugin.core.debug.Return, format: x }\n`,
  )
  await server.call('POST', '/flows', `id: failing\nnamespace: tests\ntasks:\n${tasks.join('')}`)
  const id = await server.run('tests/failing')
  const { page, problems, close } = await openTab(browser, server.address)

  await page.goto(`/ui/executions/tests/failing/${id}/topology`)
  await comesInSight(page, `step_${FAR}`)

  assert.equal(await isInSight(page, 'step_0'), false)
  assert.deepEqual(problems, [])
  await close()
})

test('J36: a failure at the end leaves no room empty behind it', { skip: NO_BROWSER }, async () => {
  const tasks = Array.from(
    { length: FAR },
    (_step, number) => `  - { id: step_${number}, type: io.kestra.plugin.core.debug.Return, format: x }\n`,
  )
  const last = '  - { id: last, type: io.kestra.plugin.core.execution.Fail }\n'
  await server.call('POST', '/flows', `id: late\nnamespace: tests\ntasks:\n${tasks.join('')}${last}`)
  const id = await server.run('tests/late')
  const { page, problems, close } = await openTab(browser, server.address)

  await page.goto(`/ui/executions/tests/late/${id}/topology`)
  await comesInSight(page, 'last')
  const box = await page.getByText('last', { exact: true }).boundingBox()
  const canvas = await page.getByRole('group', { name: /^Drawing of the flow/ }).boundingBox()

  assert.ok(box && canvas)
  assert.ok(box.x > canvas.x + canvas.width * 0.75, JSON.stringify({ box, canvas }))
  assert.deepEqual(problems, [])
  await close()
})
