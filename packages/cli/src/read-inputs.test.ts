import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { CommandError } from './exit-code.ts'
import { readInputs } from './read-inputs.ts'

let folder = ''
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'batuta-inputs-'))
})
after(() => rm(folder, { recursive: true, force: true }))

test('no input makes no form', async () => {
  assert.equal(await readInputs([]), undefined)
})

test('a value may hold an equals sign, and @@ begins a value with an @', async () => {
  const form = await readInputs(['query=a=b', 'handle=@@batuta', 'empty='])

  assert.deepEqual(
    [...(form?.entries() ?? [])],
    [
      ['query', 'a=b'],
      ['handle', '@batuta'],
      ['empty', ''],
    ],
  )
})

test('a file travels with its content and its name', async () => {
  await writeFile(join(folder, 'people.csv'), 'name\nAda\n')

  const form = await readInputs([`people=@${join(folder, 'people.csv')}`])

  const part = form?.get('people')
  assert.ok(part instanceof File)
  assert.equal(part.name, 'people.csv')
  assert.equal(await part.text(), 'name\nAda\n')
})

test('a map of inputs travels as one part each, lists and maps as JSON, and what is named later wins', async () => {
  await writeFile(join(folder, 'inputs.yaml'), 'name: Ada\nages: [36, 4.0]\ndate: 2026-01-31\nnested: { a: true }\n')

  const form = await readInputs([`@${join(folder, 'inputs.yaml')}`, 'name=Grace'])

  assert.deepEqual(Object.fromEntries(form ?? []), {
    name: 'Grace',
    ages: '[36,4.0]',
    date: '2026-01-31',
    nested: '{"a":true}',
  })
})

test('what is no input is refused with the way to write one', async () => {
  for (const wrong of ['name', '=value', `name=@${join(folder, 'missing')}`, `@${join(folder, 'missing')}`]) {
    await assert.rejects(readInputs([wrong]), (error: unknown) => error instanceof CommandError && error.exitCode === 2)
  }
})
