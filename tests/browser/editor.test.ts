// The editor of flows by keyboard: a flow is written, corrected, changed by its form and its drawing, saved, and never lost.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Page } from 'playwright-core'
import { NO_BROWSER, findBarriers, openBrowser, openTab, type Browser, type Tab } from './browser.ts'
import { startServer, type BrowserServer } from './server.ts'

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

async function openEditor(path: string): Promise<Tab> {
  const tab = await openTab(browser, server.address)
  await tab.page.goto(path)
  await tab.page.locator('.cm-content').waitFor()
  return tab
}

async function textOf(page: Page): Promise<string> {
  return (await page.locator('.cm-line').allInnerTexts()).join('\n').replaceAll('\u200b', '')
}

async function saveFlow(id: string, more = ''): Promise<void> {
  const source = `id: ${id}\nnamespace: tests\n# kept\ntasks:\n  - id: hello   # here\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n${more}`
  await server.call('POST', '/flows', source)
}

test('a new flow is written from a template and saved by Ctrl+S', { skip: NO_BROWSER }, async () => {
  const { page, problems, close } = await openEditor('/ui/flows/new')

  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+Home')
  await page.keyboard.press('End')
  await page.keyboard.type('_of_mine')
  await page.getByText('No problems. The server would accept it.').waitFor()
  await page.keyboard.press('Control+s')
  await page.waitForURL('**/flows/edit/company.team/my_flow_of_mine/edit')

  const saved = await server.call('GET', '/flows/company.team/my_flow_of_mine')
  assert.match(JSON.stringify(saved), /"revision":1/)
  assert.deepEqual(problems, [])
  await close()
})

test('a wrong word is corrected by what is suggested', { skip: NO_BROWSER }, async () => {
  await saveFlow('wrong_word')
  const { page, problems, close } = await openEditor('/ui/flows/edit/tests/wrong_word/edit')

  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('    levl: WARN')
  await page.getByRole('button', { name: 'Fix: level' }).click()
  await page.getByText('No problems. The server would accept it.').waitFor()

  await page.locator('.cm-line', { hasText: 'level: WARN' }).waitFor()
  assert.match(await textOf(page), /^ {4}level: WARN$/m)
  assert.deepEqual(problems, [])
  await close()
})

test(
  'the form and the drawing change the text by as little as possible, and undo takes it back',
  { skip: NO_BROWSER },
  async () => {
    await saveFlow('three_faces')
    const { page, problems, close } = await openEditor('/ui/flows/edit/tests/three_faces/edit')
    const before = await textOf(page)

    await page.getByRole('button', { name: 'Form', exact: true }).click()
    await page.locator('.cm-line', { hasText: 'message' }).click()
    await page.getByRole('textbox', { name: 'message' }).fill('from the form')
    await page.locator('.cm-line', { hasText: 'message: from the form' }).waitFor()
    assert.equal(await textOf(page), before.replace('message: hi', 'message: from the form'))

    await page.getByRole('button', { name: 'Add a task here' }).last().click()
    const find = page.getByRole('combobox', { name: 'Find a type' })
    await find.fill('debug return')
    await page
      .getByRole('option', { name: /^Return/ })
      .first()
      .waitFor()
    await find.press('Enter')
    await page
      .getByRole('button', { name: /^return/ })
      .first()
      .waitFor()
    await page.locator('.cm-line', { hasText: 'id: return' }).waitFor()
    assert.match(await textOf(page), /- id: return\n {4}type: io\.kestra\.plugin\.core\.debug\.Return/)

    await page.locator('.cm-content').focus()
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('Control+z')
    assert.equal(await textOf(page), before)
    assert.deepEqual(problems, [])
    await close()
  },
)

test(
  'in a long flow a form loses no letter, and the drawing shows the block that is looked for',
  { skip: NO_BROWSER },
  async () => {
    const count = 400
    const tasks = Array.from(
      { length: count },
      (_task, index) =>
        `  - id: step_${index}\n    type: io.kestra.plugin.core.log.Log\n    message: hello ${index} of many, of which most are far away\n`,
    )
    await server.call('POST', '/flows', `id: long\nnamespace: tests\ntasks:\n${tasks.join('')}`)
    const { page, problems, close } = await openEditor('/ui/flows/edit/tests/long/edit')

    await page.getByRole('button', { name: 'Form', exact: true }).click()
    await page.locator('.cm-line', { hasText: 'hello 0 ' }).click()
    const field = page.getByRole('textbox', { name: 'message' })
    await field.press('Control+End')
    await field.pressSequentially(', letter by letter')
    const line = page.locator('.cm-line', { hasText: 'far away, letter by letter' })
    await line.waitFor()
    assert.equal(await field.inputValue(), 'hello 0 of many, of which most are far away, letter by letter')

    const drawing = page.getByRole('group', { name: /^Drawing of the flow/ })
    await drawing.getByRole('button', { name: /^step_0/ }).waitFor()
    assert.equal(await drawing.getByRole('button', { name: /^step_390/ }).count(), 0, 'what is far away is not drawn')
    const find = page.getByRole('combobox', { name: 'Find a task' })
    await find.fill('step_390')
    await find.press('Enter')
    await drawing.locator('[data-block="tasks[390]"]:focus').waitFor()
    await page.keyboard.press('ArrowRight')
    await drawing.locator('[data-block="tasks[391]"]:focus').waitFor()
    await page.keyboard.press('Enter')
    await page.locator('.cm-line', { hasText: 'id: step_391' }).waitFor()

    await line.waitFor({ state: 'detached' })
    await page.locator('.cm-content').focus()
    await page.keyboard.press('End')
    await page.keyboard.type('_typed')
    await drawing.getByRole('button', { name: /^step_391_typed/ }).waitFor()
    await page.getByText('No problems. The server would accept it.').waitFor()
    assert.deepEqual(problems, [])
    await close()
  },
)

test('J6: what two browsers saved is merged line by line, and nothing is lost', { skip: NO_BROWSER }, async () => {
  await saveFlow('both')
  const { page, problems, close } = await openEditor('/ui/flows/edit/tests/both/edit')

  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('description: mine')
  await page.getByText('No problems. The server would accept it.').waitFor()
  const theirs =
    'id: both\nnamespace: tests\n# kept\ntasks:\n  - id: hello   # theirs\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n'
  await server.call('PUT', '/flows/tests/both', theirs)
  await page.keyboard.press('Control+s')
  const dialog = page.getByRole('dialog', { name: 'Somebody else has saved it in the meantime' })
  await dialog.getByText('Both changes fit together').waitFor()
  await dialog.getByRole('button', { name: 'Save the merged text' }).click()
  await page.getByText('Saved as revision 3.').waitFor()

  const { source } = (await server.call('GET', '/flows/tests/both?source=true')) as { readonly source: string }
  assert.equal(source, `${theirs}description: mine\n`)
  assert.deepEqual(
    problems.filter(problem => !problem.includes('412')),
    [],
  )
  await close()
})

test('a flow is planned and its tasks are tried before it is saved', { skip: NO_BROWSER }, async () => {
  await saveFlow('tried')
  const { page, problems, close } = await openEditor('/ui/flows/edit/tests/tried/edit')
  await page.locator('.cm-line', { hasText: 'message: hi' }).click()
  await page.keyboard.press('End')
  await page.keyboard.type(' from {{ flow.id }}')

  await page.getByRole('button', { name: 'Plan', exact: true }).first().click()
  await page.getByRole('region', { name: 'hello' }).getByText('hi from tried').waitFor()
  await page.keyboard.press('F9')
  await page.getByRole('region', { name: 'What came of it' }).getByText('hi from tried').waitFor()
  const barriers = await findBarriers(page)

  assert.match(page.url(), /panel=try/)
  assert.match(JSON.stringify(await server.call('GET', '/flows/tests/tried')), /"message":"hi"/)
  assert.deepEqual([...barriers, ...problems], [])
  await close()
})

test('letters that are typed into the code are no shortcuts of the page', { skip: NO_BROWSER }, async () => {
  await saveFlow('letters')
  const { page, problems, close } = await openEditor('/ui/flows/edit/tests/letters/edit')

  await page.locator('.cm-content').click()
  await page.keyboard.press('Control+End')
  await page.keyboard.type('# g e t n ? /')

  assert.match(page.url(), /\/letters\/edit$/)
  assert.match(await textOf(page), /# g e t n \? \//)
  assert.deepEqual(problems, [])
  await close()
})

test(
  'a line is typed over: the text is replaced, a quote encloses it, and one undo brings it back',
  { skip: NO_BROWSER },
  async () => {
    await saveFlow('typed_over')
    const { page, problems, close } = await openEditor('/ui/flows/edit/tests/typed_over/edit')
    const select = async (text: string): Promise<void> => {
      await page.locator('.cm-line', { hasText: text }).first().click()
      await page.keyboard.press('Home')
      await page.keyboard.press('Shift+End')
    }

    await select('id: typed_over')
    await page.keyboard.type('id: another')
    assert.match(await textOf(page), /^id: another\nnamespace/)
    await page.keyboard.press('Control+z')
    assert.match(await textOf(page), /^id: typed_over\nnamespace/)
    await select('namespace: tests')
    await page.keyboard.type('"')

    assert.match(await textOf(page), /^id: typed_over\n"namespace: tests"\n/)
    assert.deepEqual(problems, [])
    await close()
  },
)

test(
  'an editor whose program does not come says so, and comes when it is asked for again',
  { skip: NO_BROWSER },
  async () => {
    await saveFlow('no_program')
    const { page, close } = await openTab(browser, server.address)
    await page.route('**/flow-editor-tab-*.js', route => route.abort())
    await page.goto('/ui/flows/edit/tests/no_program/edit')
    const again = page.getByRole('alert').getByRole('button', { name: 'Try again' })
    await again.waitFor()
    await page.getByRole('heading', { name: 'no_program', level: 1 }).waitFor()

    await page.unroute('**/flow-editor-tab-*.js')
    await again.click()
    await page.locator('.cm-line', { hasText: 'id: no_program' }).waitFor()
    await close()
  },
)
