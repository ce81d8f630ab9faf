// What STYLE.md asks of names, files and texts and what neither the compiler nor the linter can see.
import assert from 'node:assert/strict'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'

const ROOT = join(import.meta.dirname, '..')
const LINES_MAX = 500
const FILE_BYTES_MAX = 2 * 1024 * 1024
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*$/
const BANNED_WORDS = ['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'service', 'handler', 'data']
// As in .gitignore.
const NOT_KEPT = ['.git', 'node_modules', 'dist', '.tsbuild', '.batuta', '.work']
const ROOT_DOCS = ['README', 'ARCHITECTURE', 'STYLE', 'CONTRIBUTING', 'CHANGELOG', 'SECURITY']

const files = listFiles()
const sources = files.filter(file => /\.(ts|tsx|mts|mjs)$/.test(file) && !file.endsWith('.generated.ts'))

test('the files of the project are seen', () => {
  assert.ok(sources.length > 200, `${sources.length} sources were seen only`)
})

test('a file and each of its folders is named in kebab-case', () => {
  const isKebab = (file: string): boolean =>
    file.split('/').every(part => KEBAB.test(part.replace(/^\./, '').split('.')[0] ?? ''))

  assert.deepEqual(
    sources.filter(file => !isKebab(file)),
    [],
  )
})

test('no file is named by a word that says nothing', () => {
  // A group of words may hold one of them (`task-data`): alone it says nothing, and at the end of a name it hides what the file does.
  const isEmpty = (file: string): boolean =>
    BANNED_WORDS.includes(basename(file).split('.')[0]?.split('-').at(-1) ?? '')

  assert.deepEqual(sources.filter(isEmpty), [])
})

test('no file is longer than the wall', () => {
  const long = sources
    .map(file => `${file}: ${lines(file).length - 1} lines`)
    .filter((_, index) => lines(sources[index] ?? '').length - 1 > LINES_MAX)

  assert.deepEqual(long, [])
})

test('a to-do has a number or does not exist', () => {
  const pattern = new RegExp(['TO' + 'DO(?!\\(#\\d+\\))', 'FIX' + 'ME'].map(word => `\\b${word}`).join('|'))

  assert.deepEqual(find(sources, pattern), [])
})

test('no test is left out and no rule is switched off beside the code', () => {
  const pattern = new RegExp(
    [
      '\\b(test|describe|it)\\.(skip|only|todo)\\(',
      '@ts-' + '(ignore|expect-error|nocheck)',
      '(eslint|oxlint)-' + 'disable',
    ].join('|'),
  )

  assert.deepEqual(find(sources, pattern), [])
})

test('nothing depends on the machine it was written on', () => {
  const pattern = new RegExp(
    ['/work' + '/(wt|main|shared)', '/ho' + 'me/[a-z]+/', '/Us' + 'ers/[A-Za-z]+/', 'C:\\\\Us' + 'ers'].join('|'),
  )

  assert.deepEqual(find(files.filter(isText), pattern), [])
})

test('every package of the lock comes from the public registry or from the project', () => {
  const hosts = new Set(
    [...read('package-lock.json').matchAll(/"resolved": "https?:\/\/([^/"]+)/g)].map(match => match[1]),
  )
  hosts.delete('registry.npmjs.org')

  assert.deepEqual([...hosts], [])
})

test('the lock holds the packages of other platforms, without which npm ci refuses it', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const omitted = Object.values(packages)
    .flatMap(item => Object.keys(item.optionalDependencies ?? {}))
    .filter(name => packages[`node_modules/${name}`] === undefined)

  assert.deepEqual(omitted, [], 'run: node scripts/complete-lock.mjs')
})

test('nothing is missing once npm has installed the lock', async () => {
  const { findMissing } = (await import(pathToFileURL(join(ROOT, 'scripts', 'install.mjs')).href)) as {
    findMissing(level: string): readonly string[]
  }

  assert.deepEqual(findMissing('full'), [])
})

test('no package of the default install needs an install script', () => {
  const lock = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { hasInstallScript?: boolean; dev?: boolean }>
  }
  const scripted = Object.entries(lock.packages).filter(
    ([, item]) => item.hasInstallScript === true && item.dev !== true,
  )

  // esbuild's script only checks what npm has already brought, fsevents (macOS only) brings its program ready made, those of ssh2 and cpu-features
  // compile what ssh2 has in JavaScript as well; .npmrc runs none of them.
  const harmless = ['esbuild', 'fsevents', 'ssh2', 'cpu-features'].map(name => `node_modules/${name}`)
  assert.deepEqual(
    scripted.map(([path]) => path).filter(path => !harmless.includes(path)),
    [],
  )
})

test('SQL stands in files of its own', () => {
  const statement = /[`'"]\s*(select \S+ from|insert into|update \w+ set|delete from|create table) /i
  const served = sources.filter(
    file => file.startsWith('packages/server/src/') && !/(\.sql|\.test|\/migrate)\.ts$/.test(file),
  )

  assert.deepEqual(find(served, statement), [])
})

test('a package has one index', () => {
  const inner = sources.filter(file => /\/src\/.+\/index\.tsx?$/.test(file) && !file.endsWith('/testkit/index.ts'))

  assert.deepEqual(inner, [])
})

test('the papers of the project are there, and the changelog has a place for what comes', () => {
  assert.deepEqual(
    ROOT_DOCS.filter(name => !existsSync(join(ROOT, `${name}.md`))),
    [],
  )
  assert.match(read('LICENSE'), /Apache License\s+Version 2\.0, January 2004/)
  assert.match(read('CHANGELOG.md'), /^## Unreleased$/m)
})

test('links between the papers lead somewhere', () => {
  const broken = files
    .filter(file => file.endsWith('.md'))
    .flatMap(file =>
      [...read(file).matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
        .map(match => join(file, '..', match[1] ?? ''))
        .filter(target => !existsSync(join(ROOT, target)))
        .map(target => `${file} → ${target}`),
    )

  assert.deepEqual(broken, [])
})

test('nothing large is kept in the repository', () => {
  assert.deepEqual(
    files.filter(file => lstatSync(join(ROOT, file)).size > FILE_BYTES_MAX),
    [],
  )
})

/** What the repository keeps. Read from the folders and not from git, which a machine that only runs the tests need not have. */
function listFiles(folder: string = ''): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap(entry => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (NOT_KEPT.includes(entry.name) || path === 'flows') return []
    return entry.isDirectory() ? listFiles(path) : entry.isFile() ? [path] : []
  })
}

function find(where: readonly string[], pattern: RegExp): readonly string[] {
  return where.flatMap(file =>
    lines(file).flatMap((line, index) =>
      pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 100)}`] : [],
    ),
  )
}

function isText(file: string): boolean {
  return /\.(ts|tsx|mts|mjs|js|json|jsonl|md|ya?ml|sh|py|sql|css|html|txt)$/.test(file) || !basename(file).includes('.')
}

function lines(file: string): readonly string[] {
  return read(file).split('\n')
}

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}
