// Script languages with their real interpreters: of this machine where they are, else of Debian's packages in containers of their own.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createTestRunContext, findOnPath, runTask } from '@batuta/plugin-sdk'
import type { TestResult, ValueMap } from '@batuta/plugin-sdk'
import * as docker from '@batuta/docker'
import * as script from '@batuta/script'
import { getTree } from '../../scripts/get-dockerd.mjs'
import { startDockerd } from './dockerd.mjs'

interface Real {
  readonly id: string
  readonly program: string
  readonly packages: readonly string[]
  readonly links?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Reads `in.txt`, writes `out.txt`, gives `{ "n": 3 }`. */
  readonly works: string
  /** Ends with 4. */
  readonly fails: string
}

const ALTERNATIVES = ['blas', 'lapack']
  .flatMap(name => [`/usr/lib/x86_64-linux-gnu/${name}`, `/usr/lib/aarch64-linux-gnu/${name}`])
  .join(':')
const LINE = `'::{"outputs":{"n":3}}::'`
const LANGUAGES: readonly Real[] = [
  {
    id: 'perl',
    program: 'perl',
    packages: ['perl-base'],
    works: `open(my $in, '<', 'in.txt'); open(my $out, '>', 'out.txt'); print {$out} <$in>; print ${LINE}, "\\n";`,
    fails: 'exit 4',
  },
  {
    id: 'ruby',
    program: 'ruby',
    packages: ['ruby'],
    works: `require 'json'\nFile.write('out.txt', File.read('in.txt'))\nputs "::#{JSON.generate(outputs: { n: 1 + 2 })}::"`,
    fails: 'exit 4',
  },
  {
    id: 'lua',
    program: 'lua',
    packages: ['lua5.4'],
    links: { lua: 'lua5.4' },
    works: `io.open('out.txt', 'w'):write(io.open('in.txt'):read('a'))\nprint(${LINE})`,
    fails: 'os.exit(4)',
  },
  {
    id: 'php',
    program: 'php',
    packages: ['php8.2-cli'],
    links: { php: 'php8.2' },
    works: `<?php copy('in.txt', 'out.txt'); echo '::' . json_encode(['outputs' => ['n' => 1 + 2]]) . "::\\n";`,
    fails: '<?php exit(4);',
  },
  {
    id: 'go',
    program: 'go',
    packages: ['golang-go'],
    works: [
      'package main',
      'import ("fmt"; "os")',
      'func main() {',
      '  text, _ := os.ReadFile("in.txt")',
      '  os.WriteFile("out.txt", text, 0o644)',
      '  fmt.Printf("::{\\"outputs\\":{\\"n\\":%d}}::\\n", 1+2)',
      '}',
    ].join('\n'),
    // `go run` says in a line how its program ended, and ends with 1 itself.
    fails: 'package main\nimport "os"\nfunc main() { os.Exit(4) }',
  },
  {
    id: 'r',
    program: 'Rscript',
    // R is a script of bash.
    packages: ['r-base-core', 'bash', 'coreutils', 'grep', 'sed'],
    // Nobody has chosen one of the alternatives.
    env: { LD_LIBRARY_PATH: ALTERNATIVES },
    works: `writeLines(readLines('in.txt'), 'out.txt')\ncat(sprintf('::{"outputs":{"n":%d}}::\\n', 1L + 2L))`,
    fails: 'quit(status = 4)',
  },
]

const wanted = process.env['BATUTA_TEST_LANGUAGES']?.split(',')
const chosen = LANGUAGES.filter(({ id }) => wanted === undefined || wanted.includes(id))
const isHere = ({ program }: Real): boolean => findOnPath([program], process.env['PATH'] ?? '') !== undefined
const engine = chosen.every(isHere) ? undefined : await startDockerd()
after(() => engine?.remove())

for (const language of chosen) {
  test(`${language.id}: files, outputs and exit codes of the real interpreter`, async () => {
    const where = isHere(language) ? {} : inContainer(language)
    const files = { inputFiles: { 'in.txt': 'text\n' }, outputFiles: ['out.txt'] }
    const works = await run(language.id, { ...where, ...files, script: language.works })
    const fails = await run(language.id, { ...where, script: language.fails })

    assert.equal(works.state, 'SUCCESS', `${works.message} ${works.logs.map(line => line.message).join('\n')}`)
    assert.deepEqual(works.outputs['vars'], { n: 3 })
    assert.deepEqual(Object.keys(works.outputs['outputFiles'] as ValueMap), ['out.txt'])
    assert.equal(fails.outputs['exitCode'], language.id === 'go' ? 1 : 4, fails.message)
  })
}

function inContainer({ id, packages, links, env = {} }: Real): ValueMap {
  assert.ok(engine)
  const image = `batuta-${id}:1`
  engine.importTree(getTree(id, packages, links), image)
  const type = 'io.kestra.plugin.scripts.runner.docker.Docker'
  return { env, containerImage: image, taskRunner: { type, host: engine.host, pullPolicy: 'NEVER' } }
}

async function run(id: string, properties: ValueMap): Promise<TestResult> {
  const context = await createTestRunContext({ runners: docker.taskRunners })
  try {
    const task = script.tasks.find(each => each.type === `io.kestra.plugin.scripts.${id}.Script`)
    assert.ok(task, id)
    return await runTask(task, properties, context)
  } finally {
    await context.close()
  }
}
