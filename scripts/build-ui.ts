// Builds the web page into `dist/ui`: programs with hashes in their names, each with its compressed forms beside it, and `files.json`, by which the
// server knows what there is. Run by scripts/build.mjs when a source has changed.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { routes, type Route } from '@batuta/api'
import { build, type Plugin } from 'vite'
import { drawFirstShell, FIRST_SHELL_SOURCES } from './first-shell.ts'
import { EVERYWHERE, FIRST_CALLS } from '../packages/ui/src/app/first-calls.ts'
import { tokensCss } from '../packages/ui/src/lib/tokens-css.ts'
import { firstPrograms, type Manifest } from './first-programs.ts'

const ROOT = join(import.meta.dirname, '..')
const SOURCE = join(ROOT, 'packages', 'ui')
const OUT = join(ROOT, 'dist', 'ui')
const FRESH = join(ROOT, 'dist', 'ui.new')
const TOKENS = 'virtual:tokens.css'
/** What the bundler says that is nobody's fault. */
const QUIET = ['MODULE_LEVEL_DIRECTIVE', 'PLUGIN_TIMINGS']
const SCHEMAS = '\0no-schemas'
/** For scripts/size-ui.ts; nobody asks the server for it. */
const MANIFEST = 'manifest.json'
const PACKED = /\.(js|css|svg|json|html)$/
const FONT = /inter-latin-.*\.woff2$/
const TYPES: Readonly<Record<string, string>> = {
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  svg: 'image/svg+xml',
  woff2: 'font/woff2',
}

/** What every page needs, what the shell needs, what filters and lists need: few files, and none that changes with every page. */
const GROUPS = [
  {
    name: 'vendor',
    test: /node_modules[\\/](react|react-dom|scheduler|use-sync-external-store|@tanstack[\\/](react-)?(router|router-core|query|query-core|store|history))[\\/]/,
  },
  {
    // What lists need as well stands here, or the shell would fetch the lists for it; and what most pages have a little of, for a file of three hundred
    // bytes each would cost more to ask for than to send.
    name: 'base',
    test: /vite[\\/]preload-helper|node_modules[\\/](clsx|@mantine[\\/](hooks|core[\\/]esm[\\/](core|components[\\/](Transition|Loader|UnstyledButton|Button|ActionIcon))))[\\/]|[\\/]packages[\\/]api[\\/]|[\\/]ui[\\/]src[\\/](platform[\\/]|lib[\\/](access[\\/](use-may|may-button)\.|live[\\/]|filters[\\/](filter|moments|filter-url)\.|(search-state|messages|actions|keyboard|link|paths|time|tokens|preferences|preferences-shape|theme|api|query|states|use-local|open-address)\.)|features[\\/]states[\\/]|widgets[\\/](icon|class-names|tooltip|place-floating|kbd|empty|error-card|copy-button|skeleton|lazy-part|act-button|dialog|layout\.module|tabs|note|code-block|duration|copy-as|quote-for-shell|mark|choices|selection-bar|timestamp)\.)/,
  },
  {
    // Rows of any length, which are not always a table.
    name: 'virtual',
    test: /node_modules[\\/]@tanstack[\\/](react-virtual|virtual-core)[\\/]/,
  },
  {
    name: 'filters',
    test: /[\\/]ui[\\/]src[\\/](lib[\\/]filters[\\/]filter-text|widgets[\\/](filter-bar|suggest-filters))/,
  },
  {
    name: 'lists',
    test: /[\\/]ui[\\/]src[\\/](lib[\\/]use-next-page|widgets[\\/](table|use-row-keys|column-layout))/,
  },
  {
    // How the flows of a list went, whether it is one of flows or of executions.
    name: 'bars',
    test: /[\\/]ui[\\/]src[\\/]features[\\/]flows[\\/](keep-run-bars|use-flows|run-bars)/,
  },
  {
    // Lists of executions and of task runs, and what home shows of them.
    name: 'runs',
    test: /[\\/]ui[\\/]src[\\/]features[\\/]executions[\\/](use-executions|messages|executions-chart|execution-columns|execution-tabs)/,
  },
]

/** Programs of which most runs before the page is there; the browser compiles them while they come in, instead of function by function when they are called. */
const AT_ONCE = /^(index|vendor|base|routes|filters|virtual|lists|bars|runs|.*-page)$/
const COMPILE_NOW = '//# allFunctionsCalledOnLoad'

const startedMs = performance.now()
const classes = new Map<string, string>()
const sheets = new Map<string, string>()
const inputs = await buildPage()
await drawFirstShell(join(FRESH, 'index.html'), classes)
writeFiles()
rmSync(OUT, { recursive: true, force: true })
renameSync(FRESH, OUT)
writeFileSync(join(OUT, '..', 'ui-inputs.json'), JSON.stringify(inputs))
console.error(`built the web page in ${Math.round(performance.now() - startedMs)} ms`)

async function buildPage(): Promise<readonly string[]> {
  const seen = new Set<string>()
  rmSync(FRESH, { recursive: true, force: true })
  await build({
    configFile: false,
    root: SOURCE,
    base: '/ui/',
    logLevel: 'warn',
    plugins: [tokens(), shortRoutes(), noSchemas(), pureModules(), preloadFont(), noteInputs(seen), noteClasses()],
    worker: { format: 'es' },
    css: { modules: { generateScopedName: nameClass } },
    build: {
      outDir: FRESH,
      emptyOutDir: true,
      manifest: MANIFEST,
      target: 'es2023',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2_000,
      rolldownOptions: {
        onLog: (level, log, print) => {
          if (!QUIET.includes(log.code ?? '')) print(level, log)
        },
        output: {
          // Each is a line of a document that has to stay small.
          entryFileNames: 'assets/[name]-[hash:7].js',
          chunkFileNames: 'assets/[name]-[hash:7].js',
          assetFileNames: 'assets/[name]-[hash:7][extname]',
          postBanner: ({ name }) => (AT_ONCE.test(name) ? COMPILE_NOW : ''),
          codeSplitting: {
            groups: GROUPS,
          },
        },
      },
    },
  })
  // The table of routes is made of these (shortRoutes).
  const contract = readdirSync(join(ROOT, 'packages/api/src'))
    .filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map(name => join(ROOT, 'packages/api/src', name))
  const styles = readdirSync(join(SOURCE, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.(css|svg|woff2)$/.test(name))
    .map(name => join(SOURCE, 'src', name))
  const ours = [
    ...(seen.has(join(SOURCE, 'src/main.tsx')) ? seen : sourcesOf('ui', 'core', 'api')),
    ...styles,
    ...contract,
    join(SOURCE, 'index.html'),
    join(SOURCE, 'src/lib/tokens.ts'),
    join(SOURCE, 'src/lib/tokens-css.ts'),
    join(SOURCE, 'src/app/first-calls.ts'),
    join(ROOT, 'scripts/first-programs.ts'),
    ...FIRST_SHELL_SOURCES,
  ]
  return [...new Set(ours)]
    .map(file => relative(ROOT, file))
    .filter(file => !file.startsWith('node_modules') && !file.startsWith('..'))
}

/** Where the bundler did not say what it read: all that it may have read, for a page that is not built anew is an old page. */
function sourcesOf(...packages: readonly string[]): readonly string[] {
  return packages.flatMap(name => {
    const folder = join(ROOT, 'packages', name, 'src')
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(file => /(?<!\.test)\.tsx?$/.test(file))
      .map(file => join(folder, file))
  })
}

/** The sheet of tokens is made of lib/tokens.ts. */
function tokens(): Plugin {
  return {
    name: 'tokens',
    resolveId: id => (id === TOKENS ? `\0${TOKENS}` : undefined),
    load: id => (id === `\0${TOKENS}` ? tokensCss() : undefined),
  }
}

/** The table of routes as far as the client in the browser reads it: of those that a page names, method, path and kinds of bodies. */
function shortRoutes(): Plugin {
  const isUsed = usedRoutes()
  const short = Object.entries(routes).map(([resource, table]) => [
    resource,
    Object.entries<Route>(table)
      .filter(([name]) => isUsed(resource, name))
      .map(([name, { method, paths, reply, body }]) => [name, method, paths.b ?? '', reply.type, body.type]),
  ])
  const code = `export const routes = Object.fromEntries(${JSON.stringify(short)}.map(([resource, table]) => [resource, Object.fromEntries(
    table.map(([name, method, b, reply, body]) => [name, { method, paths: { b }, reply: { type: reply }, body: { type: body } }]))]))`
  return {
    name: 'short-routes',
    load: { filter: { id: /[\\/]packages[\\/]api[\\/]src[\\/]routes\.ts$/ }, handler: () => code },
  }
}

/** A page names a route as `api.flows.get` or `routes.flows.get`; where it names the resource alone, any of its routes may be meant. */
function usedRoutes(): (resource: string, name: string) => boolean {
  const folder = join(SOURCE, 'src')
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
    /(?<!\.test)\.tsx?$/.test(name),
  )
  const named = new Set<string>()
  for (const source of sources) {
    const text = readFileSync(join(folder, source), 'utf8')
    if (/\}\s*=\s*(api|routes)\b/.test(text))
      throw new Error(`${source} takes routes out of their table: name them whole`)
    for (const [, resource = '', name = '*'] of text.matchAll(/\b(?:api|routes)\s*\.(\w+)(?:\s*\.(\w+))?/g))
      named.add(`${resource}.${name}`)
  }
  return (resource, name) => named.has(`${resource}.${name}`) || named.has(`${resource}.*`)
}

/** The client reads paths and kinds of replies only: the schemas of the contract would be a third of the page. */
function noSchemas(): Plugin {
  return {
    name: 'no-schemas',
    enforce: 'pre',
    resolveId: (id, importer) =>
      id === 'typebox' && importer?.replaceAll('\\', '/').includes('/packages/api/src/') === true ? SCHEMAS : undefined,
    load: id =>
      id === SCHEMAS
        ? `export * from '/src/lib/no-schemas.ts'; export { Type as default } from '/src/lib/no-schemas.ts'`
        : undefined,
  }
}

/** A module of ours that nobody uses does nothing: the compiler may leave it out. */
function pureModules(): Plugin {
  return {
    name: 'pure-modules',
    transform: { filter: { id: /\/packages\/(core|api)\/src\// }, handler: () => ({ moduleSideEffects: false }) },
  }
}

/** The font of the first paint is asked for with the page, not with the style sheet. */
function preloadFont(): Plugin {
  return {
    name: 'preload-font',
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle = {} }) =>
        Object.keys(bundle)
          .filter(name => FONT.test(name))
          .map(name => ({
            tag: 'link',
            attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `/ui/${name}`, crossorigin: '' },
            injectTo: 'head-prepend' as const,
          })),
    },
  }
}

/** A class is told by its sheet and its name: words that the shell in the document has again and again are packed better than hashes. */
function nameClass(name: string, file: string): string {
  const sheet = basename(file).split('.', 1)[0] ?? ''
  const known = sheets.get(sheet)
  if (known !== undefined && known !== file) throw new Error(`${known} and ${file} have the same name: rename one`)
  sheets.set(sheet, file)
  return `${sheet}_${name}`
}

/** The names that classes have in the sheets of style. */
function noteClasses(): Plugin {
  return {
    name: 'note-classes',
    enforce: 'post',
    transform: {
      filter: { id: /\.module\.css$/ },
      handler: (code, id) => {
        classes.set(id, code)
        return undefined
      },
    },
  }
}

function noteInputs(seen: Set<string>): Plugin {
  return {
    name: 'note-inputs',
    generateBundle(_, bundle) {
      // A module of which nothing is left can only matter again when one of the others changes.
      const modules = Object.values(bundle).flatMap(chunk =>
        chunk.type === 'chunk' ? Object.entries(chunk.modules) : [],
      )
      for (const [id, { renderedLength }] of modules)
        if (renderedLength > 0 && !id.startsWith('\0')) seen.add(id.split('?')[0] ?? id)
    },
  }
}

function writeFiles(): void {
  const files = Object.fromEntries(
    readdirSync(FRESH, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => relative(FRESH, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
      .filter(name => name !== MANIFEST)
      .map(name => [name, pack(name)]),
  )
  const manifest = JSON.parse(readFileSync(join(FRESH, MANIFEST), 'utf8')) as Manifest
  const programs = firstPrograms(manifest, name => files[name]?.gz ?? 0)
  write('files.json', Buffer.from(JSON.stringify({ files, everywhere: EVERYWHERE, firstCalls: FIRST_CALLS, programs })))
}

interface Packed {
  readonly type: string
  readonly size: number
  readonly br?: number
  readonly gz?: number
}

function pack(name: string): Packed {
  const bytes = readFileSync(join(FRESH, name))
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
  if (!PACKED.test(name) || name === 'index.html') return { type, size: bytes.length }
  const br = brotliCompressSync(bytes, {
    params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
  })
  const gz = gzipSync(bytes, { level: 9 })
  write(`${name}.br`, br)
  write(`${name}.gz`, gz)
  return { type, size: bytes.length, br: br.length, gz: gz.length }
}

function write(name: string, bytes: Uint8Array): void {
  mkdirSync(dirname(join(FRESH, name)), { recursive: true })
  writeFileSync(join(FRESH, name), bytes)
}
