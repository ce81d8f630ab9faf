// J10: a log of a million lines: line 900,000 by its address, a text that stands once, the next error, following, and a download that is the log.
import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const PARTS = 25
const LINES_EACH = 40_000
const LINES = PARTS * LINES_EACH
/** More would leave less than a file of 10 MiB of each attempt in the log. */
const TALKING = `
id: talking
namespace: tests
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: "{{ range(1, ${PARTS}) }}"
    tasks:
      - id: talk
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner: { type: io.kestra.plugin.core.runner.Process }
        commands:
          - |-
            seq {{ taskrun.value }} 1 {{ taskrun.value }} | sed 's/^/begin of part /'
            seq -f 'part {{ taskrun.value }} row %.0f of the orders' 2 ${LINES_EACH}
            if [ {{ taskrun.value }} = 24 ]; then echo 'the quay was flooded' 1>&2; fi
`
const PATIENCE_MS = 6 * 60_000

let server: BrowserServer
let browser: Browser
before(async () => {
  if (NO_BROWSER !== false) return
  server = await startServer()
  browser = await openBrowser()
  await server.call('POST', '/flows', TALKING)
})
after(async () => {
  if (NO_BROWSER !== false) return
  await browser.close()
  await server.stop()
})

/** Once all are counted: of a long log the server tells the beginning first. */
async function linesOf(id: string): Promise<number> {
  for (;;) {
    const { lines, isCounting = false } = (await server.call('GET', `/logs/${id}/index`)) as {
      readonly lines: number
      readonly isCounting?: boolean
    }
    if (!isCounting) return lines
  }
}

test(
  'J10: a log of a million lines is jumped in, searched, followed and downloaded',
  { skip: NO_BROWSER },
  async () => {
    const { id } = (await server.call('POST', '/executions/tests/talking')) as { readonly id: string }
    const { page, problems, close } = await openTab(browser, server.address)
    await page.goto(`/ui/executions/tests/talking/${id}`)
    await page.getByRole('heading', { name: /Success|Warning/ }).waitFor({ timeout: PATIENCE_MS })
    const lines = await linesOf(id)
    assert.ok(lines > LINES, `${lines} lines`)

    await page.goto(`/ui/executions/tests/talking/${id}/logs?line=900000`)
    await settled(page)
    const log = page.getByRole('log', { name: 'Log lines' })
    await log.locator('a[href*="line=900000"]').waitFor()

    await page.getByRole('textbox', { name: 'Find in the log' }).fill('quay was flooded')
    await page.getByText('1 hit', { exact: true }).waitFor()
    await page.keyboard.press('Enter')
    await log.locator('mark', { hasText: 'quay was flooded' }).waitFor()
    await page.keyboard.press('Escape')

    await page.goto(`/ui/executions/tests/talking/${id}/logs?line=1000`)
    await settled(page)
    await log.locator('a[href*="line=1000"]').first().waitFor()
    await page.keyboard.press('e')
    await log.getByText('the quay was flooded').waitFor()

    await page.getByRole('button', { name: 'Follow' }).click()
    await log.locator(`a[href*="line=${lines}"]`).waitFor()
    assert.ok((await log.getByRole('link').count()) < 120)

    const coming = page.waitForEvent('download')
    await page.getByRole('toolbar', { name: 'Log' }).getByRole('button', { name: 'More' }).click()
    await page
      .getByRole('menuitem', { name: /Download/ })
      .first()
      .click()
    const file = await (await coming).path()
    let told = 0
    let rows = 0
    for await (const line of createInterface({ input: createReadStream(file) })) {
      told += 1
      if (/part \d+ row \d+ of the orders/.test(line)) rows += 1
    }
    assert.deepEqual([told, rows], [lines, PARTS * (LINES_EACH - 1)])
    assert.deepEqual(problems, [])
    await close()
  },
)
