import assert from 'node:assert/strict'
import { test } from 'node:test'
import vm from 'node:vm'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

test('the language runs where there is nothing but ECMAScript and Intl', async () => {
  const entry = fileURLToPath(new URL('template.ts', import.meta.url))
  const deep = fileURLToPath(new URL('fuel.ts', import.meta.url))
  const contents = `export * from ${JSON.stringify(entry)}; export * from ${JSON.stringify(deep)}`
  const bundle = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'language',
    platform: 'neutral',
    mainFields: ['browser', 'module', 'main'],
  })
  const code = bundle.outputFiles[0]?.text ?? ''

  // A bare context has no process, no Buffer, no TextEncoder, no URL, and here no way to make code out of text.
  const context = vm.createContext({}, { codeGeneration: { strings: false, wasm: false } })
  const text: unknown = vm.runInContext(
    `${code}
    const source = "{{ 'é' | base64encode }} {{ 'a' | sha512 | length }} {{ '2024-03-05' | date('EEEE', 'Europe/Paris') }} " +
      "{{ [1, {'a': 2}] | jq('.[1].a') }} {{ 'k: [1]' | upper }} {{ yaml('k: 1').k }} {{ 'a1' | regexMatch('[0-9]') }} {{ 1234.5 | numberFormat }}"
    language.compileTemplate(source, { dialect: 1 }).render({
      lookup: () => undefined, nowMs: 0, random: () => 0, zone: 'UTC', locale: 'en-US', fuel: new language.Fuel(),
    })`,
    context,
  )

  assert.equal(text, 'w6k= 128 Tuesday [2] K: [1] 1 true 1,234.5')
})
