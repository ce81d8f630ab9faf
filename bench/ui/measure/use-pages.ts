// What somebody does on the pages after they are there: the next page of a list, another filter, a jump in a log, a turn of the wheel, a key in the editor.
import type { Page } from 'playwright-core'
import { NEEDLE } from '../fixture/long-log.ts'
import { shareOf, type Sample } from './figure.ts'
import { readHeapMB, readInteractions } from './visit.ts'

export interface Use {
  readonly page: Page
  readonly name: string
}

export type UsePage = (use: Use) => Promise<readonly Sample[]>

/** A frame of 16.7 ms, and what its clock jitters. */
const FRAME_MOST_MS = 17.5
const WHEEL_TURNS = 60
const DRAWING = 'main [role=group][aria-label^="Drawing"]'

export const useList: UsePage = async ({ page, name }) => {
  const next = await numberOf(
    page,
    `(async () => {
      const index = () => Math.max(...[...document.querySelectorAll('main tbody tr[aria-rowindex]')].map(row => Number(row.ariaRowIndex ?? row.getAttribute('aria-rowindex'))))
      const scroller = document.querySelector('main [role=region] > table').parentElement
      const loaded = Math.round(scroller.querySelector('tbody').getBoundingClientRect().height / scroller.querySelector('tbody tr[aria-rowindex]').getBoundingClientRect().height)
      const startMs = performance.now()
      scroller.scrollTop = scroller.scrollHeight
      return await probe.until(() => { scroller.scrollTop = scroller.scrollHeight; return index() > loaded + 1 }) - startMs
    })()`,
  )
  await page.evaluate(`document.querySelector('main [role=region] > table').parentElement.scrollTop = 0`)
  for (const key of ['j', 'j', 'k', 'x', 'x']) await page.keyboard.press(key)
  return [{ page: name, what: 'next page', unit: 'ms', most: 100, value: next }]
}

/** Types a filter; `isThere` tells when its rows stand there. */
export function filterBy(text: string, isThere: string): UsePage {
  return async ({ page, name }) => {
    await page.keyboard.press('/')
    await page.keyboard.type(text)
    await page.waitForTimeout(500)
    const taking = await listen(page, `probe.fromInput('keydown', () => ${isThere})`)
    await page.keyboard.press('Enter')
    return [{ page: name, what: `filter ${text}`, unit: 'ms', most: 150, value: await taking() }]
  }
}

export const tellInteractions: UsePage = async ({ page, name }) => {
  const all = await readInteractions(page)
  // Those below a frame are not told by the browser.
  return [{ page: name, what: 'INP p75', unit: 'ms', most: 200, value: all.length === 0 ? 16 : shareOf(all, 0.75) }]
}

export const useLongLog: UsePage = async ({ page, name }) => {
  const rows = `[...document.querySelectorAll('main [role=log] a')]`
  const samples: Sample[] = []
  const jumps: number[] = []
  for (const share of [0.9, 0.1, 0.55, 0.31, 0.77]) {
    const ms = await numberOf(
      page,
      `(async () => {
        const log = document.querySelector('main [role=log]')
        const before = ${rows}[0]?.href
        const startMs = performance.now()
        log.scrollTop = log.scrollHeight * ${share}
        return await probe.until(() => { const first = ${rows}[0]?.href; return first !== undefined && first !== before }) - startMs
      })()`,
    )
    jumps.push(ms)
  }
  samples.push({ page: name, what: 'jump anywhere', unit: 'ms', most: 100, value: shareOf(jumps, 0.75) })
  samples.push(await wheelFrames({ page, name }, '[role=log]', { x: 0, y: 240 }))
  const finding = await listen(
    page,
    `probe.fromInput('keydown', () => document.querySelector('main [role=log] mark') || /1\\s*\\/\\s*1|1 hit/.test(document.querySelector('main [role=search]')?.textContent ?? ''))`,
  )
  await page.getByRole('textbox', { name: /find/i }).fill(NEEDLE.slice(0, -1))
  await page.keyboard.press('End')
  await page.keyboard.type(NEEDLE.slice(-1))
  samples.push({
    page: name,
    what: 'find the only hit',
    unit: 'ms',
    most: 500,
    value: await finding(),
    note: 'from the last key',
  })
  samples.push({ page: name, what: 'heap', unit: 'MB', most: 150, value: await readHeapMB(page) })
  return samples
}

export const useGantt: UsePage = async ({ page, name }) => {
  const grid = '[role=treegrid]'
  const rows = (): Promise<number> => numberOf(page, `document.querySelectorAll('${grid} [role=row]').length`)
  const samples: Sample[] = []
  await page.locator(grid).focus()
  const scrolled = await wheelFrames({ page, name }, grid, { x: 0, y: 300 })
  samples.push({ ...scrolled, what: 'wheel frames p95' })
  samples.push({ page: name, what: 'rows in the page', unit: 'rows', most: 300, value: await rows() })
  samples.push(await zoomFrames({ page, name }, grid))
  samples.push(await dragFrames({ page, name }, grid))
  return samples
}

export const useTopology: UsePage = async ({ page, name }) => [
  await dragFrames({ page, name }, DRAWING),
  await zoomFrames({ page, name }, DRAWING, false),
]

/** Turns the wheel over the middle of the element, a turn for each frame. */
async function wheelFrames(
  { page, name }: Use,
  selector: string,
  { x, y }: { readonly x: number; readonly y: number },
): Promise<Sample> {
  await toMiddle(page, selector)
  const value = await framesWhile(page, async () => {
    for (let turn = 0; turn < WHEEL_TURNS; turn++) await page.mouse.wheel(x, turn < WHEEL_TURNS / 2 ? y : -y / 2)
  })
  return { page: name, what: 'wheel frames p95', unit: 'ms', most: FRAME_MOST_MS, value }
}

async function zoomFrames({ page, name }: Use, selector: string, hasControl = true): Promise<Sample> {
  await toMiddle(page, selector)
  const value = await framesWhile(page, async () => {
    if (hasControl) await page.keyboard.down('Control')
    for (let turn = 0; turn < WHEEL_TURNS; turn++) await page.mouse.wheel(0, turn % 20 < 10 ? -60 : 60)
    if (hasControl) await page.keyboard.up('Control')
  })
  return { page: name, what: 'zoom frames p95', unit: 'ms', most: FRAME_MOST_MS, value }
}

async function dragFrames({ page, name }: Use, selector: string): Promise<Sample> {
  const { x, y } = await toMiddle(page, selector)
  await page.mouse.down()
  const value = await framesWhile(page, async () => {
    for (let step = 0; step < WHEEL_TURNS; step++)
      await page.mouse.move(x + Math.sin(step / 8) * 200, y + Math.cos(step / 8) * 40)
  })
  await page.mouse.up()
  return { page: name, what: 'pan frames p95', unit: 'ms', most: FRAME_MOST_MS, value }
}

async function toMiddle(page: Page, selector: string): Promise<{ readonly x: number; readonly y: number }> {
  const box = await page.locator(selector).first().boundingBox()
  if (!box) throw new Error(`nothing to move over: ${selector}`)
  const at = { x: box.x + box.width * 0.6, y: box.y + box.height / 2 }
  await page.mouse.move(at.x, at.y)
  return at
}

async function framesWhile(page: Page, work: () => Promise<void>): Promise<number> {
  await page.evaluate('void (globalThis.taking = probe.frames())')
  await work()
  const frames = (await page.evaluate('taking.stop()')) as readonly number[]
  return shareOf(frames, 0.95)
}

export const useEditor: UsePage = async ({ page, name }) => {
  const source = page.getByRole('textbox', { name: 'Source' })
  // Its middle is thousands of lines below: no click goes there.
  await source.focus()
  await page.keyboard.press('Control+Home')
  for (let line = 0; line < 7; line++) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowLeft')
  const keys: number[] = []
  for (const key of 'brings everything home') {
    const taking = await listen(page, `probe.fromInput('keydown')`)
    await page.keyboard.press(key === ' ' ? 'Space' : key)
    keys.push(await taking())
  }
  const list = `probe.fromInput('keydown', () => probe.find('[role=listbox]'))`
  await page.keyboard.type(' {')
  const typed = await listen(page, list)
  await page.keyboard.press('{')
  const typedMs = await typed()
  await page.keyboard.press('Escape')
  await page.keyboard.type(' ')
  await page.keyboard.press('Escape')
  await page.waitForTimeout(500)
  await page.keyboard.down('Control')
  const asked = await listen(page, list)
  await page.keyboard.press('Space')
  const askedMs = await asked()
  await page.keyboard.up('Control')
  await page.keyboard.press('Escape')
  const judgedMs = await judgeKey(page)
  const heapMB = await readHeapMB(page)
  return [
    {
      page: name,
      what: 'key to paint p75',
      unit: 'ms',
      most: FRAME_MOST_MS,
      value: shareOf(keys, 0.75),
      note: 'waits for the next frame',
    },
    {
      page: name,
      what: 'completion as typed',
      unit: 'ms',
      most: 50,
      value: typedMs,
      note: 'from the key that opens it',
    },
    { page: name, what: 'completion asked for', unit: 'ms', most: 50, value: askedMs, note: 'Ctrl+Space' },
    {
      page: name,
      what: 'diagnostics',
      unit: 'ms',
      most: 150,
      value: judgedMs,
      note: 'from the key that makes the mistake',
    },
    { page: name, what: 'heap', unit: 'MB', value: heapMB },
  ]
}

/** An expression that is whole, and the key that opens it again. */
async function judgeKey(page: Page): Promise<number> {
  const isJudged = `!!probe.find('.cm-lintRange')`
  await page.keyboard.type('flow.id }}')
  await page.keyboard.press('Escape')
  await page.evaluate(`probe.until(() => !${isJudged})`)
  await page.waitForTimeout(1_000)
  const judging = await listen(page, `probe.fromInput('keydown', () => ${isJudged})`)
  await page.keyboard.press('Backspace')
  return await judging()
}

/** Listens before anything is done, and tells what came of it. */
async function listen(page: Page, script: string): Promise<() => Promise<number>> {
  await page.evaluate(`void (globalThis.heard = ${script})`)
  return () => numberOf(page, 'heard')
}

async function numberOf(page: Page, script: string): Promise<number> {
  return Number(await page.evaluate(script))
}
