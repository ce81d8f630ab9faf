// An example of a type as a flow that can be run: saved in the namespace of first steps.
import { simpleName, type KindFilter } from './search-types.ts'

export const TRY_NAMESPACE = 'tutorial'

export interface ExampleFlow {
  readonly id: string
  readonly source: string
}

export function exampleFlow(code: string, cls: string, kind: KindFilter): ExampleFlow {
  const text = code.trimEnd()
  if (/^(tasks|triggers):/m.test(text) && /^id:/m.test(text)) return { id: idOf(text), source: placed(text) }
  const id = `try_${simpleName(cls)
    .replace(/(?<!^)(?=[A-Z])/g, '_')
    .toLowerCase()}`
  const head = `id: ${id}\nnamespace: ${TRY_NAMESPACE}\n\n`
  if (kind === 'triggers')
    return {
      id,
      source: `${head}tasks:\n  - id: hello\n    type: io.kestra.plugin.core.log.Log\n    message: "{{ trigger }}"\n\ntriggers:\n${asItem(text)}\n`,
    }
  return { id, source: `${head}tasks:\n${asItem(text)}\n` }
}

function idOf(text: string): string {
  return /^id:\s*["']?([\w-]+)/m.exec(text)?.[1] ?? 'example'
}

function placed(text: string): string {
  return /^namespace:/m.test(text)
    ? `${text.replace(/^namespace:.*$/m, `namespace: ${TRY_NAMESPACE}`)}\n`
    : `${text.replace(/^(id:.*)$/m, `$1\nnamespace: ${TRY_NAMESPACE}`)}\n`
}

function asItem(text: string): string {
  return text
    .split('\n')
    .map((line, index) => (index === 0 ? `  - ${line}` : line === '' ? '' : `    ${line}`))
    .join('\n')
}
