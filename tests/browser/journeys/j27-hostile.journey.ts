// J27: what comes from outside stays text: names, labels, logs, outputs, Markdown, drawings and files with programs in them. Nothing of it runs, wherever it is
// shown, and the policy of the page has nothing to complain about.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { NO_BROWSER, openBrowser, openTab, settled, type Browser, type Page } from '../browser.ts'
import { startServer, type BrowserServer } from '../server.ts'

const RUN = 'window.__ran = true'
const TEXTS = [
  `<img src=x onerror="${RUN}">`,
  `<script>${RUN}</script>`,
  `<svg onload="${RUN}"><script>${RUN}</script></svg>`,
  `"><iframe srcdoc="<script>parent.__ran = true</script>"></iframe>`,
  `[click](javascript:${RUN.replaceAll(' ', '')})`,
  `![x](x" onerror="${RUN})`,
  `<a href="javascript:${RUN}">go</a>`,
  `</script></style></textarea></title><script>${RUN}</script>`,
  `{{constructor.constructor('${RUN}')()}}`,
  `\u001b]8;;javascript:${RUN}\u0007link\u001b]8;;\u0007`,
  '\u202Eevil\u0000',
]
const ALL = TEXTS.join(' ')
const quoted = (text: string): string => JSON.stringify(text.replaceAll('{{', '{ {').replaceAll('}}', '} }'))
const SVG = `<svg xmlns="http://www.w3.org/2000/svg" onload="${RUN}"><script>${RUN}</script><foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><img src="x" onerror="${RUN}"/></body></foreignObject></svg>`
const HTML = `<!doctype html><html><body onload="${RUN}"><script>parent.__ran = true; top.__ran = true</script>${ALL}</body></html>`

const FLOW = `
id: hostile
namespace: tests
description: ${quoted(ALL)}
labels: { evil: ${quoted(TEXTS[0] ?? '')} }
inputs:
  - { id: text, type: STRING, displayName: ${quoted(ALL)}, description: ${quoted(ALL)}, defaults: ${quoted(ALL)} }
variables: { evil: ${quoted(ALL)} }
tasks:
  - { id: say, type: io.kestra.plugin.core.log.Log, description: ${quoted(ALL)}, message: "{{ inputs.text }}" }
  - { id: give, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.text }}" }
  - { id: page, type: io.kestra.plugin.core.storage.Write, extension: html, content: "{{ kv('html') }}" }
  - { id: drawing, type: io.kestra.plugin.core.storage.Write, extension: svg, content: "{{ kv('svg') }}" }
  - { id: note, type: io.kestra.plugin.core.storage.Write, extension: md, content: "{{ kv('text') }}" }
  - { id: each, type: io.kestra.plugin.core.flow.ForEach, values: ["{{ inputs.text }}"], tasks: [{ id: one, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.value }}" }] }
  - { id: fails, type: io.kestra.plugin.core.execution.Fail, errorMessage: "{{ inputs.text }}" }
outputs:
  - { id: told, type: STRING, value: "{{ inputs.text }}" }
`
const WAITING = `
id: hostile-wait
namespace: tests
tasks:
  - id: wait
    type: io.kestra.plugin.core.flow.Pause
    description: ${quoted(ALL)}
    onResume:
      - { id: why, type: STRING, description: ${quoted(ALL)}, defaults: ${quoted(ALL)} }
`
const BOARD = `
id: hostile
title: ${quoted(ALL)}
description: ${quoted(ALL)}
charts:
  - { id: text, type: io.kestra.plugin.core.dashboard.chart.Markdown, chartOptions: { displayName: ${quoted(ALL)} }, content: ${quoted(ALL)} }
  - { id: lines, type: io.kestra.plugin.core.dashboard.chart.Table, chartOptions: { displayName: ${quoted(TEXTS[1] ?? '')} }, data: { type: io.kestra.plugin.core.dashboard.data.Logs, columns: { ${quoted(TEXTS[0] ?? '')}: { field: MESSAGE } } } }
  - { id: bars, type: io.kestra.plugin.core.dashboard.chart.Bar, data: { type: io.kestra.plugin.core.dashboard.data.Logs, columns: { text: { field: MESSAGE }, total: { agg: COUNT } } } }
`

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

function placesOf(id: string, waiting: string): readonly string[] {
  const query = encodeURIComponent(TEXTS[0] ?? '')
  const run = `/ui/executions/tests/hostile/${id}`
  return [
    ...['', '/gantt', '/logs', '/topology', '/outputs', '/metrics', '/dependencies', '/debug?at=12', '/why'].map(
      one => `${run}${one}`,
    ),
    ...['overview', 'topology', 'executions', 'edit', 'revisions', 'triggers', 'dependencies', 'metrics', 'logs'].map(
      one => `/ui/flows/edit/tests/hostile/${one}`,
    ),
    `${run}?open=replay`,
    `${run}/debug?at=9&open=fork&watch=${query}`,
    `/ui/executions/tests/hostile-wait/${waiting}`,
    '/ui/executions?run=tests/hostile',
    `/ui/executions?q=${query}&filters[labels][EQUALS][${query}]=${query}`,
    '/ui/flows',
    '/ui/logs',
    '/ui/kv',
    '/ui/kv?open=tests/html',
    '/ui/inbox',
    '/ui/incidents',
    '/ui/dashboards',
    '/ui/dashboards/hostile',
    '/ui/dashboards/hostile/edit',
    '/ui/taskruns',
    `/ui/search?q=${query}`,
    `/ui/expressions?expression=${query}`,
    `/ui/namespaces/edit/${query}/overview`,
    `/ui/plugins?q=${query}`,
    `/ui/${query}`,
    `/ui/executions/compare?left=${id}&right=${waiting}`,
  ]
}

/** Files that a browser would run are shown, and given, as what they are not. */
async function tryFiles(page: Page, id: string, look: (place: string) => Promise<void>): Promise<readonly string[]> {
  const ran: string[] = []
  const run = `/ui/executions/tests/hostile/${id}`
  const { taskRunList } = (await server.call('GET', `/executions/${id}`)) as {
    readonly taskRunList: readonly { readonly taskId: string; readonly outputs?: { readonly uri?: string } }[]
  }
  for (const { taskId, outputs } of taskRunList.filter(one => one.outputs?.uri !== undefined)) {
    await page.goto(`${run}/outputs`)
    await settled(page)
    await page
      .getByRole('button', { name: new RegExp(`^${taskId}`) })
      .or(page.getByRole('link', { name: new RegExp(`^${taskId}`) }))
      .first()
      .click()
    await look(`outputs of ${taskId}`)
    const preview = page.getByRole('button', { name: /Preview/ }).first()
    if (await preview.isVisible()) {
      await preview.click()
      await page
        .getByText(/onload|onerror|javascript/)
        .first()
        .waitFor()
    }
    await look(`preview of ${taskId}`)
    const file = `/api/v1/main/executions/${id}/file?path=${encodeURIComponent(outputs?.uri ?? '')}`
    const reply = await fetch(`${server.address}${file}`)
    const type = reply.headers.get('content-type') ?? ''
    const isHarmless = /attachment/.test(reply.headers.get('content-disposition') ?? '') || !/html|svg|xml/.test(type)
    if (!isHarmless) ran.push(`the file of ${taskId} is given as ${type}`)
  }
  return ran
}

test('J27: no hostile content runs on any page', { skip: NO_BROWSER }, async () => {
  for (const [key, value] of Object.entries({ html: HTML, svg: SVG, text: ALL }))
    await server.call('PUT', `/namespaces/tests/kv/${key}`, JSON.stringify(value))
  for (const flow of [FLOW, WAITING]) await server.call('POST', '/flows', flow)
  await server.call('POST', '/dashboards', BOARD)
  const id = await server.run('tests/hostile', { text: ALL })
  const { id: waiting } = (await server.call('POST', '/executions/tests/hostile-wait')) as { readonly id: string }
  const tab = await openTab(browser, server.address)
  const { page } = tab
  const ran: string[] = []
  const look = async (place: string): Promise<void> => {
    const frames = await Promise.all(
      page.frames().map(frame => frame.evaluate('window.__ran === true').catch(() => false)),
    )
    if (frames.includes(true)) ran.push(place)
  }
  page.on('dialog', dialog => {
    ran.push(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })

  for (const place of placesOf(id, waiting)) {
    await page.goto(place)
    await settled(page)
    await look(place)
  }

  ran.push(...(await tryFiles(page, id, look)))
  const problems = tab.problems.filter(problem => !/404|422/.test(problem))
  await tab.close()

  assert.deepEqual(ran, [])
  assert.deepEqual(problems, [])
})
