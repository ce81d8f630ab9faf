// node scripts/with-node.mjs scripts/build-plugin-docs.ts [--check]: writes docs/plugins.md, which says of every known type whether it can run here and
// which files test it. With --check it says whether the page is as it would be written.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { controlTypes, createCatalogue, inlineTypes } from '@batuta/core'
import { buildManifests, type Manifest, type ManifestType } from './build-manifests.ts'

const ROOT = join(import.meta.dirname, '..')
const PAGE = join(ROOT, 'docs', 'plugins.md')
const PREFIX = 'io.kestra.plugin.'
/** Charts and their data are drawn for dashboards: no flow can hold them. */
const BOARDS = 'io.kestra.plugin.core.dashboard.'
const FILES_SHOWN = 3

interface TestFile {
  readonly path: string
  /** Of the plugin alone: names need not be whole there. */
  readonly isOwn: boolean
  readonly text: string
}

const manifests = await buildManifests()
const page = pageOf(manifests)
if (process.argv.includes('--check')) {
  const isCurrent = existsSync(PAGE) && readFileSync(PAGE, 'utf8') === page
  process.stdout.write(
    isCurrent ? 'docs/plugins.md is up to date\n' : 'docs/plugins.md is old: run this without --check\n',
  )
  process.exitCode = isCurrent ? 0 : 1
} else {
  writeFileSync(PAGE, page)
  process.stdout.write(`${relative(ROOT, PAGE)}: ${page.split('\n').length} lines\n`)
}

function pageOf(plugins: readonly Manifest[]): string {
  const catalogue = createCatalogue()
  const own = new Set(plugins.flatMap(({ tasks }) => tasks.map(({ type }) => type)))
  const byEngine = new Set([...controlTypes(), ...inlineTypes()])
  const names = [...new Set([...byEngine, ...catalogue.names()])].filter(type => !type.includes('$') && !own.has(type))
  const isHere = (type: string): boolean => byEngine.has(type) || catalogue.resolve(type)?.implemented === true
  const boards = names.filter(type => type.startsWith(BOARDS))
  const engine = names.filter(type => isHere(type) && !boards.includes(type))
  const missing = names.filter(type => !isHere(type) && !boards.includes(type))
  const count = own.size + engine.length + boards.length
  const known = count + missing.length
  return [
    '# Plugins',
    '',
    '<!-- Written by scripts/build-plugin-docs.ts: do not edit. -->',
    '',
    `${count} of ${known} known types can run here; what differs from the published ones is explained in`,
    '[tests/plugins/differences.ts](../tests/plugins/differences.ts). What a type takes and gives: `batuta plugin get TYPE`, or the page "Plugins" of a server.',
    'Plugins of others, and how to write one: [guide/plugins.md](guide/plugins.md).',
    '',
    ...plugins.flatMap(sectionOf),
    '## The engine itself',
    '',
    'Tested by the conformance scenarios of `tests/conformance` and beside their sources in `packages/core`.',
    '',
    listOf(engine),
    '',
    'Understood by dashboards:',
    '',
    listOf(boards),
    '',
    '## Known, not implemented',
    '',
    'Flows with these types are saved with a warning; a task of such a type fails when it runs, and says so.',
    '',
    ...familiesOf(missing),
    '',
  ].join('\n')
}

function listOf(types: readonly string[]): string {
  return types.map(type => `\`${shortOf(type)}\``).join(' · ')
}

function sectionOf({ name, tasks }: Manifest): readonly string[] {
  const tests = testsOf(name)
  const { batuta } = readJson(join(ROOT, 'plugins', name, 'package.json'))
  const real = batuta?.tested === undefined ? [] : [`Tested against ${batuta.tested}.`, '']
  const shown = tasks.filter(({ type }) => !type.includes('$') && !type.endsWith('.TestSource'))
  const rows = shown.map(
    task => `| \`${shortOf(task.type)}\` | ${task.kind} | ${fitted(task.title)} | ${filesFor(task, tests)} |`,
  )
  return [`## ${name}`, '', ...real, '| type | kind | what it does | tests |', '|---|---|---|---|', ...rows, '']
}

interface PackageJson {
  readonly batuta?: { readonly tested?: string }
}

function readJson(path: string): PackageJson {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Those of the plugin, and those of services that name it. */
function testsOf(name: string): readonly TestFile[] {
  const own = filesOf(join(ROOT, 'plugins', name, 'src')).filter(path => path.endsWith('.test.ts'))
  const others = ['services', 'e2e'].flatMap(folder => filesOf(join(ROOT, 'tests', folder)))
  return [...own, ...others.filter(path => /(?:\.test|\.check|-cases)\.ts$/.test(path))].map(file => {
    const path = relative(ROOT, file).replaceAll('\\', '/')
    const text = readFileSync(file, 'utf8')
    return { path, text, isOwn: own.includes(file) || text.includes(`'@batuta/${name}'`) }
  })
}

function filesOf(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
}

/** Named in full, by the end of its name, or by the definition itself. */
function filesFor({ type }: ManifestType, tests: readonly TestFile[]): string {
  const parts = type.split('.')
  const [family = '', simple = ''] = parts.slice(-2)
  const variable = simple.charAt(0).toLowerCase() + simple.slice(1)
  const full = new RegExp(`${family}\\.${simple}\\b`)
  const short = new RegExp(`['"\`.]${simple}['"\`]|\\b${variable}\\b|\\b${family}${simple}\\b`)
  const found = tests.filter(
    ({ path, text, isOwn }) =>
      full.test(text) || (isOwn && (short.test(text) || path.includes(`/${kebabOf(simple)}.`))),
  )
  const shown = found.slice(0, FILES_SHOWN).map(({ path }) => `[${path.split('/').at(-1)}](../${path})`)
  return shown.length === 0 ? '–' : shown.join(', ')
}

function kebabOf(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()
}

function familiesOf(types: readonly string[]): readonly string[] {
  const families = new Map<string, string[]>()
  for (const type of [...types].sort()) {
    const family = shortOf(type).split('.')[0] ?? ''
    families.set(family, [...(families.get(family) ?? []), shortOf(type)])
  }
  return [...families].map(
    ([family, names]) => `* **${family}** (${names.length}): ${names.map(name => `\`${name}\``).join(' · ')}`,
  )
}

function shortOf(type: string): string {
  return type.startsWith(PREFIX) ? type.slice(PREFIX.length) : type
}

function fitted(title: string): string {
  return title.replaceAll('|', '\\|').replace(/\.$/, '')
}
