// node describe-plugin.ts FILE: prints what the module of a plugin defines, as its manifest says it. A process of its own, for the code of a
// stranger is read here; its environment holds nothing.
import { pathToFileURL } from 'node:url'
import { manifestTypeOf, messageOf } from '@batuta/plugin-sdk'
import { definitionsOf } from './definitions.ts'
import { lendPackages } from './lend-packages.ts'

const file = process.argv[2] ?? ''
lendPackages()
try {
  const module: Readonly<Record<string, unknown>> = await import(pathToFileURL(file).href)
  const types = definitionsOf(module).flatMap(definition =>
    definition.kind === 'file store' ? [] : [manifestTypeOf(definition)],
  )
  process.stdout.write(`${JSON.stringify(types)}\n`, () => process.exit(0))
} catch (error) {
  process.stderr.write(`${messageOf(error)}\n`, () => process.exit(1))
}
