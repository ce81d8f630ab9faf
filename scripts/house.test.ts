// The fences hold, and the guard is awake: every crime of scripts/planted-crimes.ts is committed in a copy of the house and must be caught.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { listImports } from './list-imports.ts'
import { IMPORT_CRIMES, INNOCENT, MAY_IMPORT, STYLE_CRIMES, type Crime } from './planted-crimes.ts'

const ROOT = join(import.meta.dirname, '..')
const TIMEOUT_MS = 300_000
// Far fewer than there are; enough to notice that nothing is looked at.
const IMPORTS_MIN = 200

interface LintReport {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string; readonly message: string }[]
}

const house = mkdtempSync(join(tmpdir(), 'batuta-house-'))
after(() => rmSync(house, { recursive: true, force: true }))

test('every planted crime is caught, and nobody else is', () => {
  copyFileSync(join(ROOT, '.oxlintrc.json'), join(house, '.oxlintrc.json'))
  copyFileSync(join(ROOT, 'tsconfig.base.json'), join(house, 'tsconfig.json'))
  symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'))
  const crimes = [...STYLE_CRIMES, ...IMPORT_CRIMES]
  for (const { file, text } of [...crimes, ...INNOCENT]) plant(file, text)

  const { diagnostics } = lint(house)

  const isCaught = ({ rule, file }: Crime): boolean =>
    diagnostics.some(found => found.code.endsWith(`(${rule})`) && found.filename.endsWith(file))
  assert.deepEqual(
    crimes.filter(crime => !isCaught(crime)),
    [],
  )
  assert.deepEqual(INNOCENT.filter(isCaught), [])
})

test('every rule of the linter has a planted crime', () => {
  const text = readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8')
  const rules = [...text.matchAll(/^ {4}"[a-z]+\/([a-z-]+)": (?:"error"|\[\s*"error")/gm)].map(match => match[1])
  // The category brings it, and its settings alone are ours; consistent-type-imports is a matter of taste, not a fence.
  const settled = ['await-thenable', 'consistent-type-imports']

  assert.ok(rules.length > 20)
  assert.deepEqual(
    rules.filter(rule => !settled.includes(rule ?? '') && !STYLE_CRIMES.some(crime => crime.rule === rule)),
    [],
  )
})

for (const name of ['core', 'api']) {
  test(`${name} cannot touch the world: the compiler does not know it`, () => {
    const crimes = [
      'process.exit()',
      'setTimeout(() => 1, 1)',
      'document.title',
      'fetch("x")',
      `console.log("x")`,
      'Buffer.from("x")',
    ]

    const output = compile(name, crimes)

    for (const index of crimes.keys())
      assert.match(output, new RegExp(`planted-${index}\\.ts.*Cannot find name`), output)
  })
}

test('what type stripping cannot erase does not compile', () => {
  const output = compile('server', [
    'enum Planted { a }',
    'class Planted { constructor(private a: number) { this.a } }',
  ])

  assert.match(output, /planted-0\.ts.*erasableSyntaxOnly/)
  assert.match(output, /planted-1\.ts.*erasableSyntaxOnly/)
})

test('every package imports only what it declares', () => {
  let seen = 0
  const undeclared = listWorkspaces().flatMap(folder => {
    const { name, dependencies = {} } = readPackage(folder)
    const imports = listImports(join(ROOT, folder, 'src')).filter(
      found => !found.file.match(/\.test\.ts$|\/(testing|testkit)\//),
    )
    seen += imports.length
    return imports
      .map(({ target }) => packageOf(target))
      .filter(target => target !== undefined && target !== name && !(target in dependencies))
      .map(target => `${folder} imports ${target}`)
  })

  assert.ok(seen > IMPORTS_MIN, `${seen} imports were seen only`)
  assert.deepEqual([...new Set(undeclared)], [])
})

test('every package declares only packages that it may import', () => {
  const wrong = listWorkspaces().flatMap(folder => {
    const allowed = MAY_IMPORT[folder] ?? MAY_IMPORT['plugins/planted'] ?? []
    return Object.keys(readPackage(folder).dependencies ?? {})
      .filter(name => name.startsWith('@batuta/'))
      .filter(name => !allowed.includes(name.slice('@batuta/'.length)))
      .map(name => `${folder} depends on ${name}`)
  })

  // The server command of the command line loads the server.
  assert.deepEqual(wrong, ['packages/cli depends on @batuta/server'])
})

function plant(file: string, text: string): void {
  mkdirSync(dirname(join(house, file)), { recursive: true })
  writeFileSync(join(house, file), `${text}\n`)
}

function lint(folder: string): LintReport {
  const tool = join(ROOT, 'node_modules/oxlint/bin/oxlint')
  const { stdout, stderr } = spawnSync(process.execPath, [tool, '--format=json'], {
    cwd: folder,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  })
  assert.ok(stdout.startsWith('{'), `the linter said: ${stdout}${stderr}`)
  return JSON.parse(stdout) as LintReport
}

/** Compiles each line as a module of the package, with the package's own settings; returns what the compiler says. */
function compile(name: string, lines: readonly string[]): string {
  const folder = mkdtempSync(join(house, `compile-${name}-`))
  for (const [index, line] of lines.entries())
    writeFileSync(join(folder, `planted-${index}.ts`), `export {}\n${line}\n`)
  const settings = {
    extends: join(ROOT, 'packages', name, 'tsconfig.json'),
    compilerOptions: {
      rootDir: '.',
      outDir: './out',
      tsBuildInfoFile: './out/info',
      noEmit: true,
      composite: false,
      emitDeclarationOnly: false,
    },
    include: ['*.ts'],
    references: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings))
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
  })
  return stdout
}

function listWorkspaces(): readonly string[] {
  return ['packages', 'plugins'].flatMap(folder => readdirSync(join(ROOT, folder)).map(name => `${folder}/${name}`))
}

function readPackage(folder: string): {
  readonly name: string
  readonly dependencies?: Readonly<Record<string, string>>
} {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as { name: string }
}

/** `@scope/name/x` → `@scope/name`; nothing for Node's own modules, for files and for what the bundler makes. */
function packageOf(target: string): string | undefined {
  if (target.startsWith('.') || /^(node|data|virtual):/.test(target)) return undefined
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
}
