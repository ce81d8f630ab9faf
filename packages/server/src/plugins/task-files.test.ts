import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { checkFlow, createCatalogue } from '@batuta/core'
import { openLocalFileStore } from '@batuta/plugin-sdk'
import { NamespaceFiles } from '../namespaces/namespace-files.ts'
import { readTaskFile } from './read-task-file.ts'
import { TaskFiles } from './task-files.ts'

const GREET = `import { defineTaskFile, p } from '@batuta/plugin-sdk'
import { WORD } from './words.ts'
export default defineTaskFile({
  title: 'Greets.',
  properties: { name: p.string().dynamic().required(), times: p.integer() },
  outputs: [{ name: 'text', type: 'string' }],
  async run(_ctx, props) { return { text: WORD + (await props.name.render()) } },
})
`

let root: string
let own: NamespaceFiles
let taskFiles: TaskFiles
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'batuta-task-files-'))
  const files = openLocalFileStore(join(root, 'files'))
  own = new NamespaceFiles(files, 'team')
  taskFiles = new TaskFiles({ files, cacheDir: join(root, 'cache') })
  await own.put('tasks/words.ts', 'export const WORD: string = "Hello "\n')
  await own.put('tasks/greet.ts', GREET)
})
after(() => rm(root, { recursive: true, force: true }))

async function found(tasks: string): Promise<readonly string[]> {
  const source = `id: f\nnamespace: team\ntasks:\n${tasks}`
  const catalogue = await taskFiles.catalogueFor(
    source,
    createCatalogue([{ type: 'io.kestra.plugin.core.log.Log', kind: 'task' }]),
  )
  return checkFlow(source, { catalogue }).diagnostics.map(
    ({ line, column, code, message }) => `${line}:${column} ${code} ${message}`,
  )
}

test('a task from a file is judged by the properties and outputs that its file defines', async () => {
  const fine = await found(`
  - { id: greet, type: ./tasks/greet.ts, name: Ada }
  - { id: tell, type: io.kestra.plugin.core.log.Log, message: "{{ outputs.greet.text }}" }`)
  const wrong = await found(`
  - id: greet
    type: ./tasks/greet.ts
    times: often
    colour: red
  - { id: tell, type: io.kestra.plugin.core.log.Log, message: "{{ outputs.greet.txt }}" }`)

  assert.deepEqual(fine, [])
  assert.equal(wrong.length, 4, wrong.join('\n'))
  const text = wrong.join('\n')
  assert.match(text, /^5:5 missing-property The property "name" is missing/m)
  assert.match(text, /^7:12 wrong-type .*must be an integer/m)
  assert.match(text, /^8:5 unknown-property .*"colour"/m)
  assert.match(text, /^9:\d+ \S+ .*txt/m)
})

test('a file that is missing, wrong or nothing is told where the task names it', async () => {
  await own.put('bad.ts', 'const a = 1\nconst b = = 3\n')
  await own.put('lonely.ts', "import { x } from './gone.ts'\nexport default x\n")
  await own.put('nothing.ts', 'export const a = 1\n')
  await own.put('endless.ts', 'process.exit(3)\n')
  const of = async (type: string): Promise<string> => (await found(`  - id: t\n    type: ${type}\n`)).join('\n')

  assert.equal(
    await of('./none.ts'),
    '5:11 task-file Invalid type: ./none.ts. none.ts is not among the files of the namespace "team": upload it, or correct the path.',
  )
  assert.match(await of('./bad.ts'), /^5:11 task-file Invalid type: \.\/bad\.ts\. bad\.ts:2:11: Expression expected\.$/)
  assert.match(await of('./lonely.ts'), /lonely\.ts:1 imports "gone\.ts", which is not among the files/)
  assert.match(await of('./nothing.ts'), /nothing\.ts has no default export: write `export default defineTaskFile/)
  assert.match(await of('./endless.ts'), /endless\.ts could not be read: its process ended with 3/)
  assert.match(await of('../up.ts'), /^5:11 unknown-type .* named by its path below the files of the namespace/)
  assert.match(await of('./greet.py'), /^5:11 unknown-type .* such as \.\/tasks\/greet\.ts/)
})

test('a file that is read for a flow sees nothing of the machine and of the server', async () => {
  const probe = (code: string): string => `
import { readFileSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
${code}
export default 1
`
  const probes = {
    read: `readFileSync('/etc/hostname')`,
    write: `writeFileSync('${join(root, 'written')}', 'x')`,
    spawn: `spawnSync('/bin/true')`,
    data: `readFileSync('${join(root, 'files')}/x')`,
    environment: `throw new Error('environment ' + Object.keys(process.env).length)`,
  }
  const said: string[] = []

  for (const [name, code] of Object.entries(probes)) {
    await own.put(`${name}-probe.ts`, probe(code))
    said.push((await found(`  - id: t\n    type: ./${name}-probe.ts\n`)).join('\n'))
  }

  const [read, write, spawned, data, environment] = said
  for (const each of [read, write, spawned, data]) assert.match(each ?? '', /Access to this API has been restricted/)
  assert.match(environment ?? '', /environment 0/)
})

test('a task may name a revision of its file: it is judged by that one', async () => {
  await own.put('versioned.ts', GREET.replace('./words.ts', './tasks/words.ts').replace('name: p', 'who: p'))
  await own.put('versioned.ts', GREET.replace('./words.ts', './tasks/words.ts'))
  const task = (more: string): string => `  - { id: t, type: ./versioned.ts, ${more} }\n`

  assert.deepEqual(await found(task('name: Ada')), [])
  assert.match((await found(task('name: Ada, version: 1'))).join('\n'), /unknown-property .*"name"/)
  assert.match((await found(task('name: Ada, version: 7'))).join('\n'), /no revision "7", the newest is 2/)
  const code = await readTaskFile(openLocalFileStore(join(root, 'files')), {
    namespace: 'team',
    path: 'versioned.ts',
    revision: '1',
  })
  assert.deepEqual([code.revision, [...code.files.keys()]], [1, ['versioned.ts', 'tasks/words.ts']])
})
