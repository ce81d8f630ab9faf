// Bundles the project into `dist`: the command line, the server, the database thread, the host process, each plugin, and the web page.
// One build with shared chunks, so that the host and the plugins it loads see the same classes, and a plugin is read when it is needed.
// Usage: node scripts/with-node.mjs scripts/build.mjs [--force]
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { spawnSync } from 'node:child_process'
import { isBuiltin } from 'node:module'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { DIST, isPartUpToDate, listEntries, readStamp, writeStamp } from './build-stamp.mjs'
import { ROOT } from './node-path.mjs'

const MANIFESTS = 'scripts/build-manifests.ts'
// CommonJS packages inside the bundle ask for Node's modules by `require`, which an ES module does not have.
const REQUIRE = `import { createRequire as batutaCreateRequire } from 'node:module'; const require = batutaCreateRequire(import.meta.url); const batutaFolder = import.meta.dirname;`

const BUILTIN_IMPORT = /^import (?:\* as (\S+)|(\w\S*?))?(?:, )?(\{.*\})? from "(node:[^"]+)";$/gm

const isForced = process.argv.includes('--force')
try {
  if (isForced || !isPartUpToDate('build')) await buildPrograms()
  if (isForced || !isPartUpToDate('ui')) buildPage()
} catch (error) {
  // What esbuild found it has printed itself, with the lines.
  console.error(error.errors === undefined ? error : 'the build failed')
  process.exitCode = 1
}

async function buildPrograms() {
  const startedMs = performance.now()
  const entries = listEntries()
  const result = await build({
    absWorkingDir: ROOT,
    entryPoints: Object.entries(entries).map(([out, source]) => ({ out, in: source })),
    outdir: DIST,
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    sourcemap: true,
    keepNames: false,
    legalComments: 'linked',
    // Parts of libraries that are built on the machine: where they are not, the libraries go without.
    external: ['pg-native', 'cpu-features'],
    banner: { js: REQUIRE },
    // Modules do not have it; CommonJS that is bundled (ssh2) asks for it.
    define: { __dirname: 'batutaFolder' },
    plugins: [pointToBundles(entries), nameExports()],
    write: false,
    metafile: true,
    logLevel: 'warning',
  })
  const before = new Set(readStamp()?.outputs)
  const outputs = result.outputFiles.map(file => relative(DIST, file.path))
  for (const file of result.outputFiles)
    replaceFile(file.path, file.path.endsWith('.js') ? lighten(file) : file.contents)
  buildManifests()
  const blueprints = copyBlueprints()
  outputs.push(...blueprints.map(file => join('blueprints', basename(file))))
  // What the build before this one wrote stays for one more round: a server that is running may still ask for its chunks.
  forgetOlder(new Set([...before, ...outputs]))
  writeStamp({ inputs: [...Object.keys(result.metafile.inputs).filter(isFile), ...blueprints], outputs })
  console.error(`built ${Object.keys(entries).length} bundles in ${Math.round(performance.now() - startedMs)} ms`)
}

/** Sources name threads and programs by their source (`new URL('./x.ts', import.meta.url)`); in `dist` that is the bundle of that source. */
function pointToBundles(entries) {
  const bundleOf = new Map(Object.entries(entries).map(([out, source]) => [join(ROOT, source), `./${out}.js`]))
  return {
    name: 'point-to-bundles',
    setup({ onLoad }) {
      onLoad({ filter: /[\\/](packages|plugins)[\\/][^\\/]+[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8')
        if (!text.includes('import.meta.url')) return undefined
        const contents = text.replace(/new URL\('(\.{1,2}\/[^']+\.ts)', import\.meta\.url\)/g, (whole, target) => {
          const bundle = bundleOf.get(resolve(dirname(path), target))
          return bundle === undefined ? whole : `new URL('${bundle}', import.meta.url)`
        })
        return { contents, loader: 'ts' }
      })
    },
  }
}

/**
 * `const { Agent } = await import('undici')` works in Node, which finds the names of a CommonJS package by reading it, and would not work in the
 * bundle, which knows them only when it runs. So each package that is imported late gets a module that spells its names out.
 */
function nameExports() {
  return {
    name: 'name-exports',
    setup({ onLoad, onResolve, resolve: find }) {
      onResolve({ filter: /^[^./]/ }, ({ kind, path, resolveDir, importer }) =>
        kind === 'dynamic-import' &&
        !isBuiltin(path) &&
        !path.startsWith('@batuta/') &&
        !importer.includes('node_modules')
          ? { path, namespace: 'named', pluginData: { resolveDir } }
          : undefined,
      )
      onLoad({ filter: /.*/, namespace: 'named' }, async ({ path, pluginData: { resolveDir } }) => {
        const found = await find(path, { kind: 'import-statement', resolveDir })
        if (found.errors.length > 0) return { errors: found.errors }
        const names = Object.keys(await import(pathToFileURL(found.path).href)).filter(
          name => name !== 'module.exports',
        )
        return { contents: `export { ${names.join(', ')} } from ${JSON.stringify(path)}`, resolveDir }
      })
    },
  }
}

/**
 * Two things that cost a server at rest a fifth of its memory. Importing one of Node's own modules reads every name it exports: with `node:http`
 * that loads a client of HTTP and WebSocket that nobody uses (14 MB). And a single letter beyond Latin-1 makes V8 keep a whole file in two bytes each.
 */
function lighten({ text }) {
  const code = text
    .replace(BUILTIN_IMPORT, (...[, space, whole, names, path]) => {
      const wanted = [space, whole, names?.replaceAll(' as ', ': ')].filter(Boolean)
      return wanted.map(name => `const ${name} = globalThis.process.getBuiltinModule("${path}");`).join(' ')
    })
    .replace(/[^\0-\x7f]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return Buffer.from(code)
}

/** By renaming, so that nobody ever reads half a file. */
function replaceFile(path, contents) {
  if (existsSync(path) && readFileSync(path).equals(contents)) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(`${path}.new`, contents)
  renameSync(`${path}.new`, path)
}

/** Flows to begin with, and the examples: the server shows them without asking anybody. */
function copyBlueprints() {
  const files = ['blueprints', 'examples'].flatMap(folder =>
    readdirSync(join(ROOT, folder))
      .filter(name => name.endsWith('.yaml'))
      .map(name => join(folder, name)),
  )
  for (const file of files) replaceFile(join(DIST, 'blueprints', basename(file)), readFileSync(join(ROOT, file)))
  return files
}

function buildManifests() {
  if (!existsSync(join(ROOT, MANIFESTS))) return
  runScript(MANIFESTS, '--out', join(DIST, 'plugins'))
}

/** In a process of its own: its bundler shares nothing with this one. */
function buildPage() {
  runScript('scripts/build-ui.ts')
  const note = join(DIST, 'ui-inputs.json')
  writeStamp({
    part: 'ui',
    inputs: JSON.parse(readFileSync(note, 'utf8')),
    outputs: ['ui/files.json', 'ui/index.html'],
  })
}

function runScript(...args) {
  const { status, signal } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error(`${args[0]} ended with ${signal ?? `code ${status}`}`)
}

function forgetOlder(keep) {
  const seen = join(DIST, 'outputs.json')
  const known = existsSync(seen) ? JSON.parse(readFileSync(seen, 'utf8')) : []
  for (const name of known) if (!keep.has(name)) rmSync(join(DIST, name), { force: true })
  writeFileSync(seen, JSON.stringify([...keep]))
}

function isFile(input) {
  return existsSync(join(ROOT, input))
}
