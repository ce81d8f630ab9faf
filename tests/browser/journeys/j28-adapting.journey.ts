// J28: longer texts, right to left, text of twice the size, a window of a quarter, less motion, forced colours: what one came for can still be done.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { seed, type Seed } from '../seed.ts'
import { startServer, type BrowserServer } from '../server.ts'

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

const placesOf = ({ failed, paused, succeeded }: Seed): readonly string[] => [
  '/ui/welcome',
  '/ui/dashboards',
  '/ui/dashboards/default',
  '/ui/dashboards/new',
  '/ui/flows',
  '/ui/flows/new',
  '/ui/flows/edit/examples/parallel-and-loops/overview',
  '/ui/flows/edit/examples/parallel-and-loops/edit',
  '/ui/executions',
  '/ui/executions?run=tests/broken',
  `/ui/executions/tests/broken/${failed}`,
  `/ui/executions/tests/broken/${failed}/debug?at=4`,
  `/ui/executions/tests/broken/${failed}/debug?at=4&open=fork`,
  `/ui/executions/tests/approval/${paused}`,
  `/ui/executions/examples/parallel-and-loops/${succeeded}/gantt`,
  '/ui/logs',
  '/ui/inbox',
  '/ui/calendar',
  '/ui/kv?new=true',
  '/ui/secrets',
  '/ui/namespaces',
  '/ui/plugins',
  '/ui/admin/triggers',
  '/ui/preferences',
]

/** Of what is primary – filled buttons, those of the page and of dialogs – whatever cannot be seen whole or pressed. */
const CLIPPED = `(() => {
  const found = []
  const isShown = element => element.checkVisibility() && element.getBoundingClientRect().width > 0
  const top = [...document.querySelectorAll('dialog[open]')].at(-1)
  const area = top ?? document.querySelector('main') ?? document.body
  const buttons = [...area.querySelectorAll('button[data-variant=filled], header button, footer button')].filter(isShown)
  for (const button of buttons) {
    button.scrollIntoView({ block: 'center', inline: 'nearest' })
    const { left, right, top, bottom, width } = button.getBoundingClientRect()
    const name = (button.getAttribute('aria-label') ?? button.textContent ?? '').trim().slice(0, 60)
    if (left < -1 || right > innerWidth + 1) found.push(name + ' is outside of the window by ' + Math.round(Math.max(-left, right - innerWidth)) + ' px')
    else if (button.scrollWidth > button.clientWidth + 1 && width > 40) found.push(name + ' is cut off')
    else {
      const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2)
      if (at && !button.contains(at) && !at.contains(button)) found.push(name + ' lies under ' + at.tagName + ' ' + (at.textContent ?? '').trim().slice(0, 30))
    }
  }
  return found
})()`

/** The page as a whole is not wider than the window: only drawings, code and tables move sideways by themselves. */
const TOO_WIDE = `document.documentElement.scrollWidth > innerWidth + 1 ? ['the page is ' + (document.documentElement.scrollWidth - innerWidth) + ' px too wide'] : []`

async function visitAll(
  page: Page,
  extra: (page: Page) => Promise<readonly string[]> = () => Promise.resolve([]),
): Promise<readonly string[]> {
  const found: string[] = []
  for (const place of placesOf(seeded)) {
    await page.goto(place)
    await settled(page)
    const problems = [
      ...((await page.evaluate(CLIPPED)) as readonly string[]),
      ...((await page.evaluate(TOO_WIDE)) as readonly string[]),
      ...(await extra(page)),
    ]
    found.push(...problems.map(problem => `${place}: ${problem}`))
  }
  return found
}

for (const language of ['en-XA', 'ar-XB'])
  test(`J28: with texts of ${language} no primary action is clipped`, { skip: NO_BROWSER }, async () => {
    const { page, problems, close } = await openTab(browser, server.address)
    await page.addInitScript(`localStorage.setItem('batuta.language', '${language}')`)
    const found = await visitAll(page)
    const told = await page.getByRole('navigation').first().innerText()
    const direction = await page.evaluate('getComputedStyle(document.body).direction')
    await close()

    assert.match(told, /⟦/)
    assert.equal(direction, language === 'ar-XB' ? 'rtl' : 'ltr')
    assert.deepEqual(found, [])
    assert.deepEqual(problems, [])
  })

test('J28: with text of twice the size no primary action is clipped', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.addInitScript(`addEventListener('DOMContentLoaded', () => {
    const style = getComputedStyle(document.documentElement)
    for (const name of ['caption', 'small', 'body', 'section', 'title', 'figure'])
      for (const kind of ['text', 'line']) {
        const px = Number.parseFloat(style.getPropertyValue('--' + kind + '-' + name))
        document.documentElement.style.setProperty('--' + kind + '-' + name, px * 2 + 'px')
      }
  })`)
  const found = await visitAll(page)
  await close()

  assert.deepEqual(found, [])
  assert.deepEqual(problems, [])
})

test('J28: at four times the zoom nothing but drawings and tables moves sideways', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.setViewportSize({ width: 320, height: 256 })
  const found = await visitAll(page)
  await close()

  assert.deepEqual(found, [])
  assert.deepEqual(problems, [])
})

test('J28: who wants less motion sees none that goes on', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  const found = await visitAll(
    page,
    async () =>
      (await page.evaluate(
        `document.getAnimations().filter(one => one.playState === 'running' && one.effect?.getComputedTiming().iterations === Infinity).map(one => 'moves on: ' + (one.animationName ?? ''))`,
      )) as readonly string[],
  )
  await close()

  assert.deepEqual(found, [])
  assert.deepEqual(problems, [])
})

test('J28: in forced colours buttons have borders and states their words', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.emulateMedia({ forcedColors: 'active' })
  const found = await visitAll(
    page,
    async () =>
      (await page.evaluate(
        `[...document.querySelectorAll('main button[data-variant=filled], dialog[open] button[data-variant=filled]')]
          .filter(one => one.checkVisibility() && getComputedStyle(one).borderTopWidth === '0px')
          .map(one => 'has no border: ' + one.textContent)`,
      )) as readonly string[],
  )
  await page.goto(`/ui/executions/tests/broken/${seeded.failed}`)
  await page.getByRole('main').getByText('Failed', { exact: true }).first().waitFor()
  await close()

  assert.deepEqual(found, [])
  assert.deepEqual(problems, [])
})
