// J14: the simulator shows the hour that the clocks leave out; a saved schedule fires; one that is switched off says so when it is asked why, and
// asks what becomes of the dates that it missed when it is switched on again.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, findBarriers, openBrowser, openTab, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

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

const scheduled = (id: string, trigger: string, schedule: string): string =>
  `id: ${id}\nnamespace: tests\ntasks: [{ id: a, type: io.kestra.plugin.core.log.Log, message: hi }]\ntriggers:\n  - { id: ${trigger}, type: io.kestra.plugin.core.trigger.Schedule, ${schedule} }\n`

test('J14: the simulator shows the hour that does not exist', { skip: NO_BROWSER }, async () => {
  await server.call('POST', '/flows', scheduled('nightly', 'day', 'cron: "30 2 * * *", timezone: Europe/Madrid'))
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/admin/triggers?trigger=tests.nightly.day')

  await page
    .getByText(/the clocks leave out 60 minutes/)
    .first()
    .waitFor()

  await page.getByRole('textbox', { name: 'Cron' }).fill('30 4 * * *')
  await page.getByText(/Against what is saved: \d+ added, \d+ removed/).waitFor()
  assert.equal(await page.getByText(/the clocks leave out/).count(), 0)
  assert.deepEqual(problems, [])
  await close()
})

test('J14: a schedule fires, and one that is switched off says why it does not', { skip: NO_BROWSER }, async () => {
  await server.call('POST', '/flows', scheduled('often', 'tick', 'cron: "* * * * * *", withSeconds: true'))
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/executions?filters[flowId][EQUALS]=often')
  await page.getByRole('row', { name: /often/ }).first().waitFor()

  await page.goto('/ui/admin/triggers?trigger=tests.often.tick')
  await page.getByRole('switch', { name: 'Switch tick on or off' }).first().click()
  await page.getByText('Switched tick off.').waitFor()
  await page.reload()

  const why = page.getByRole('list', { name: 'Checked' })
  await why.waitFor()
  const told = await page.getByRole('main').innerText()
  assert.match(told, /switched off|disabled/i)
  assert.deepEqual(problems, [])
  await close()
})

interface Missed {
  readonly dates: readonly { readonly at: string }[]
}

/** A schedule of every second, off until it has missed some dates. */
async function missSome(id: string): Promise<string> {
  await server.call('POST', '/flows', scheduled(id, id, 'cron: "* * * * * *", withSeconds: true'))
  const name = { namespace: 'tests', flowId: id, triggerId: id }
  await server.call('PUT', '/triggers', JSON.stringify({ ...name, disabled: true }))
  const address = `/triggers/tests/${id}/${id}/missed`
  while (((await server.call('GET', address)) as Missed).dates.length < 3);
  return address
}

interface Runs {
  readonly results: readonly { readonly trigger?: { readonly variables?: { readonly date?: string } } }[]
}

async function datesRun(id: string): Promise<readonly string[]> {
  const { results } = (await server.call(
    'GET',
    `/executions/search?namespace=tests&flowId=${id}&size=100&sort=state.startDate:desc`,
  )) as Runs
  return results.map(({ trigger }) => new Date(trigger?.variables?.date ?? '').toISOString())
}

test('J14: a schedule that is switched on again asks for the dates that it missed', { skip: NO_BROWSER }, async () => {
  const address = await missSome('missing')
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/admin/triggers?trigger=tests.missing.missing')
  const turn = page.getByRole('switch', { name: 'Switch missing on or off' }).first()

  await turn.click()
  const dialog = page.getByRole('dialog', { name: 'Switch missing on' })
  await dialog.getByText(/It missed (more than )?\d+ dates while it was off/).waitFor()
  assert.ok((await dialog.getByRole('listitem').count()) >= 3)
  assert.equal(await dialog.getByRole('radio', { name: /Run none/ }).isChecked(), true)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  const { dates } = (await server.call('GET', address)) as Missed
  assert.ok(dates.length >= 3, 'it is off still')

  await turn.click()
  await dialog.getByRole('radio', { name: /Run all/ }).check()
  await dialog.getByRole('button', { name: 'Switch on' }).click()
  await page.getByText(/Switched missing on: \d+ missed dates are run/).waitFor()

  const wanted = dates.map(({ at }) => at)
  for (let found: readonly string[] = []; !wanted.every(at => found.includes(at));) found = await datesRun('missing')
  assert.deepEqual(((await server.call('GET', address)) as Missed).dates, [])
  assert.deepEqual(problems, [])
  await close()
})

test(
  'J14: whoever wants none of the missed dates gets none, and reads it where it is asked why',
  { skip: NO_BROWSER },
  async () => {
    await missSome('letting-go')
    const before = await datesRun('letting-go')
    const { page, problems, close } = await openTab(browser, server.address)
    await page.goto('/ui/admin/triggers?trigger=tests.letting-go.letting-go')

    await page.getByRole('switch', { name: 'Switch letting-go on or off' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Switch letting-go on' })
    await dialog.getByRole('listitem').nth(2).waitFor()
    const missed = await dialog.locator('time').evaluateAll(all => all.map(time => time.getAttribute('datetime') ?? ''))
    await dialog.getByRole('button', { name: 'Switch on' }).click()
    await page.getByText('Switched letting-go on.').waitFor()
    await page
      .getByText(/missed dates, from .* were let go when it was switched on \(missed: NONE\)/)
      .first()
      .waitFor()

    for (let found = before; found.length === before.length;) found = await datesRun('letting-go')
    assert.ok(missed.length >= 3)
    assert.deepEqual(
      (await datesRun('letting-go')).filter(at => missed.includes(at)),
      [],
    )
    assert.deepEqual(problems, [])
    await close()
  },
)

test('J14: a schedule stays off when nobody can say what it missed', { skip: NO_BROWSER }, async () => {
  await missSome('unreadable')
  const { page, close } = await openTab(browser, server.address)
  await page.goto('/ui/admin/triggers?trigger=tests.unreadable.unreadable')
  const turn = page.getByRole('switch', { name: 'Switch unreadable on or off' }).first()
  await turn.waitFor()

  await server.halt()
  await turn.click()
  await page.getByText('What unreadable missed cannot be read: it stays off.').waitFor()
  const isOn = await turn.isChecked()
  await server.restart()

  assert.equal(isOn, false)
  const states = (await server.call('GET', '/triggers/tests/unreadable')) as {
    readonly results: readonly { readonly disabled: boolean }[]
  }
  assert.equal(states.results[0]?.disabled, true)
  await close()
})

test('J14: schedules that are switched on together are asked for once', { skip: NO_BROWSER }, async () => {
  const addresses = [await missSome('together-a'), await missSome('together-b')]
  const { page, problems, close } = await openTab(browser, server.address)
  await page.goto('/ui/admin/triggers?filters[triggerId][STARTS_WITH]=together')
  for (const name of ['together-a', 'together-b'])
    await page.getByRole('checkbox', { name: new RegExp(`Select ${name}`) }).check()
  const dialog = page.getByRole('dialog', { name: 'Switch 2 triggers on' })
  const switchOn = page.getByRole('button', { name: 'Switch on', exact: true }).first()

  await switchOn.click()
  await dialog.getByText(/Together they missed (more than )?\d+ dates while they were off/).waitFor()
  assert.equal(await dialog.getByRole('radio', { name: /As each schedule says/ }).isChecked(), true)
  const barriers = await findBarriers(page)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  const missed = await Promise.all(addresses.map(async address => (await server.call('GET', address)) as Missed))
  assert.ok(
    missed.every(({ dates }) => dates.length >= 3),
    'they are off still',
  )

  await switchOn.click()
  await dialog.getByRole('radio', { name: /Run all/ }).check()
  await dialog.getByRole('button', { name: 'Switch on' }).click()
  await dialog.waitFor({ state: 'detached' })

  const wanted = missed.map(({ dates }) => dates.map(({ at }) => at))
  for (const [at, id] of ['together-a', 'together-b'].entries())
    for (let found: readonly string[] = []; wanted[at]?.every(date => found.includes(date)) !== true;)
      found = await datesRun(id)
  assert.deepEqual([...barriers, ...problems], [])
  await close()
})
