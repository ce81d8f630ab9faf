// J16. One filter, three faces: 200 generated ones are typed, and chips, address and rows agree; old addresses give the same rows; back and forward; a view that
// is shared is there for another browser.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, settled, type Browser, type Page } from '../browser.ts'
import { seed } from '../seed.ts'
import { startServer, type BrowserServer } from '../server.ts'

const FILTERS = 200
/** Each so many are opened anew by their address, and gone back from. */
const REOPENED = 20

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  await seed(server)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

const PARTS: readonly (readonly string[])[] = [
  ['state:failed', 'state:success,failed', '-state:success', '-state:paused,failed', 'state:running'],
  ['ns:tests', 'ns:examples', 'ns:tests,examples', '-ns:tests', 'ns:test*', 'ns:*ples', 'ns:*est*', 'ns:tests.*'],
  ['flow:broken', 'flow:hello*', 'flow:*loops', '-flow:broken', 'flow:broken,approval', 'flow:*ar*'],
  ['label.team:data', 'label.tier:gold', 'label.topic:basics', 'label.team:"no such"'],
  ['dur:>1s', 'dur:<1h', 'dur:>1h30m'],
  ['start:-7d', 'start:-1h', 'start:>2020-01-01', 'start:<2020-01-01', 'start:today'],
  ['rev:1', '-rev:1', 'rev:1,2'],
  ['child:main', 'child:child'],
  ['hello', 'two words', 'broken'],
]

/** Always the same ones: a number that steps through all. */
function generated(): readonly string[] {
  let state = 1
  const next = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  const texts = new Set<string>()
  while (texts.size < FILTERS) {
    const kinds = new Set(Array.from({ length: 1 + next(4) }, () => next(PARTS.length)))
    // Free words stand last: all of them are one text.
    const chosen = [...kinds].sort((a, b) => a - b).map(kind => PARTS[kind] ?? [])
    texts.add(chosen.map(part => part[next(part.length)]).join(' '))
  }
  return [...texts]
}

async function chipsOf(page: Page): Promise<readonly string[]> {
  const names = await page
    .getByRole('search')
    .getByRole('button', { name: /^Remove (?!all filters)/ })
    .evaluateAll(buttons => (buttons as { ariaLabel: string | null }[]).map(({ ariaLabel }) => ariaLabel ?? ''))
  return names.map(name => name.slice('Remove '.length))
}

/** Those of an address. Moments are written out for the server, and so only their names count. */
function filtersIn(url: string): string {
  return [...new URL(url).searchParams]
    .filter(([name]) => name.startsWith('filters['))
    .map(([name, value]) => (name.includes('Date]') ? name : `${name}=${value}`))
    .join('&')
}

/** What the server finds for the filters as they stand in the address. */
async function totalOf(search: string): Promise<number> {
  const now = new Date()
  const today = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate())).toISOString()
  const query = search
    .replace(/^\?/, '')
    .replaceAll('=today', `=${today}`)
    .replaceAll(/=(2020-01-01)(?=&|$)/g, '=$1T00:00:00Z')
  const found = (await server.call('GET', `/executions/search?page=1&size=1&${encodeURI(query)}`)) as {
    readonly total: number
  }
  return found.total
}

test('J16: 200 generated filters: chips, text, address and rows agree', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/executions')
  await settled(page)
  const input = page.getByRole('combobox', { name: 'Filter' })

  for (const [index, text] of generated().entries()) {
    const before = page.url()
    const clear = page.getByRole('search').getByRole('button', { name: 'Remove all filters' })
    if (await clear.isVisible()) await clear.click()
    // What was asked for by the page that was gone back to may be answered only now.
    const answer = page.waitForResponse(
      reply =>
        /executions\/search\?cursor=.*filters/.test(reply.url()) && filtersIn(reply.url()) === filtersIn(page.url()),
    )
    await input.fill(text)
    await input.press('Enter')
    const reply = await answer
    await page.waitForFunction('!document.querySelector("[role=search] input").value')

    const { search } = new URL(page.url())
    assert.equal((await chipsOf(page)).join(' '), text, search)
    assert.equal(reply.status(), 200, text)
    assert.equal(
      ((await reply.json()) as { readonly total: number }).total,
      await totalOf(search),
      `${text} → ${search}`,
    )
    if (index % REOPENED !== 0) continue
    await page.reload()
    await settled(page)
    assert.equal((await chipsOf(page)).join(' '), text, search)
    await page.goBack()
    await page.goForward()
    await page.waitForURL(url => url.search === search)
    assert.equal((await chipsOf(page)).join(' '), text, search)
    assert.notEqual(page.url(), before)
  }

  assert.deepEqual(problems, [])
  await close()
})

const SAME_ROWS: readonly (readonly [old: string, now: string])[] = [
  ['state=FAILED', 'filters[state][IN]=FAILED'],
  ['state=FAILED&state=PAUSED', 'filters[state][IN]=FAILED,PAUSED'],
  ['namespace=tests', 'filters[namespace][PREFIX]=tests'],
  [
    'namespace=tests&flowId=broken&page=1&size=25&sort=state.startDate:desc',
    'filters[namespace][PREFIX]=tests&filters[flowId][EQUALS]=broken',
  ],
  ['labels=team:data', 'filters[labels][EQUALS][team]=data'],
  ['timeRange=PT24H&q=hello', 'filters[timeRange][EQUALS]=PT24H&filters[q][EQUALS]=hello'],
  [
    'startDate=2020-01-01T00:00:00.000Z&endDate=2020-02-01T00:00:00.000Z',
    'filters[startDate][GREATER_THAN_OR_EQUAL_TO]=2020-01-01T00:00:00.000Z&filters[startDate][LESS_THAN_OR_EQUAL_TO]=2020-02-01T00:00:00.000Z',
  ],
  ['childFilter=MAIN&scope=USER', 'filters[childFilter][EQUALS]=MAIN&filters[scope][EQUALS]=USER'],
]

test('J16: addresses of Kestra 0.20 and of 1.3 give the same rows', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openTab(browser, server.address)
  const rowsOf = async (query: string): Promise<readonly string[]> => {
    await page.goto(`/ui/main/executions?${query}`)
    await settled(page)
    const links = await page
      .getByRole('main')
      .locator('a[href*="/executions/"]')
      .evaluateAll(found =>
        (found as { getAttribute(name: string): string | null }[]).map(link => link.getAttribute('href') ?? ''),
      )
    return [...new Set(links)]
  }

  for (const [old, now] of SAME_ROWS) assert.deepEqual(await rowsOf(old), await rowsOf(now), old)

  assert.deepEqual(problems, [])
  await close()
})

test('J16: a view is saved, shared, found by another browser, changed and deleted', { skip: NO_BROWSER }, async () => {
  const first = await openTab(browser, server.address)
  const second = await openTab(browser, server.address)
  const { page } = first
  await page.goto('/ui/executions?filters[state][EQUALS]=FAILED')
  await settled(page)

  const chosen = (of: Page) => of.getByRole('navigation', { name: 'Views' }).locator('[aria-current=true]')
  await page.getByRole('button', { name: 'Save as a view…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Save the view' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Broken ones')
  await dialog.getByRole('checkbox', { name: /Share it/ }).check()
  await dialog.getByRole('checkbox', { name: /side bar/ }).check()
  const barriers = await findBarriers(page)
  await dialog.getByRole('button', { name: 'Save' }).click()
  await chosen(page).filter({ hasText: 'Broken ones' }).waitFor()
  await page.getByRole('list', { name: 'Bookmarks' }).getByRole('link', { name: 'Broken ones' }).waitFor()

  const other = second.page
  await other.goto(`/ui/executions?view=${new URL(page.url()).searchParams.get('view')}`)
  await chosen(other).filter({ hasText: 'Broken ones' }).waitFor()
  await other.waitForURL(url => url.search.includes('filters[state][EQUALS]=FAILED'))
  await other.getByRole('link', { name: /FAILED tests\.broken/ }).waitFor()
  await other.getByRole('list', { name: 'Bookmarks' }).getByRole('link', { name: 'Broken ones' }).waitFor()

  await page.getByRole('combobox', { name: 'Filter' }).fill('ns:tests')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'More for “Broken ones (changed)”' }).click()
  await page.getByRole('menuitem', { name: /Save the change/ }).click()
  await page.getByRole('button', { name: 'More for “Broken ones”', exact: true }).click()
  await page.getByRole('menuitem', { name: /^Delete/ }).click()
  await page.getByRole('status').getByText('The view “Broken ones” is deleted.').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await chosen(page).filter({ hasText: 'Broken ones' }).waitFor()

  assert.deepEqual(barriers, [])
  assert.deepEqual([...first.problems, ...second.problems], [])
  await first.close()
  await second.close()
})
