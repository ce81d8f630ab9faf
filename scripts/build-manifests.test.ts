import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createCatalogue } from '@batuta/core'
import { buildManifests, writeManifests } from './build-manifests.ts'

/** Documented, but not given by the real engine either (recorded). */
const NEVER_GIVEN: ReadonlySet<string> = new Set([
  'io.kestra.plugin.core.namespace.DeleteFiles output files',
  'io.kestra.plugin.core.namespace.UploadFiles output files',
])

test('a type that was ever published keeps its properties, outputs and older names', async () => {
  const published = createCatalogue([])

  const missing: string[] = []
  for (const { type, schema, outputs, aliases } of (await buildManifests()).flatMap(manifest => manifest.tasks)) {
    const known = published.resolve(type)
    if (known === undefined) continue
    const given = (schema as { properties: Record<string, { $dynamic?: boolean }> }).properties
    for (const { name, isDynamic } of known.properties.values()) {
      if (given[name] === undefined) missing.push(`${type} property ${name}`)
      else if (isDynamic && given[name].$dynamic !== true) missing.push(`${type} dynamic ${name}`)
    }
    for (const { name } of known.outputs)
      if (!outputs.some(output => output.name === name)) missing.push(`${type} output ${name}`)
    for (const alias of known.aliases) if (!aliases.includes(alias)) missing.push(`${type} alias ${alias}`)
  }

  assert.deepEqual(
    missing.filter(name => !NEVER_GIVEN.has(name)),
    [],
  )
})

test('a type is defined once, with a title, and no example is empty', async () => {
  const types = (await buildManifests()).flatMap(manifest => manifest.tasks)

  const names = types.flatMap(({ type, aliases }) => [type, ...aliases])

  assert.deepEqual(
    names.filter((name, at) => names.indexOf(name) !== at),
    [],
  )
  assert.deepEqual(
    types.filter(({ title }) => title === '').map(({ type }) => type),
    [],
  )
})

test('manifests come out the same twice, and point at modules that are there', async t => {
  const out = mkdtempSync(join(tmpdir(), 'batuta-manifests-'))
  t.after(() => rmSync(out, { recursive: true }))
  const read = (name: string): string => readFileSync(join(out, name, 'manifest.json'), 'utf8')

  const names = await writeManifests(out, 'source')
  const first = names.map(read)
  await writeManifests(out, 'source')

  assert.deepEqual(names.map(read), first)
  for (const [at, name] of names.entries()) {
    const { entry } = JSON.parse(first[at] ?? '{}') as { entry: string }
    assert.ok(existsSync(join(out, name, entry)), entry)
  }
})
