import type { Example } from '@batuta/plugin-sdk'

/** A whole flow of one task. */
export function flowExample(title: string, type: string, properties: string): Example {
  const id = `docker_${type.split('.').at(-1)?.toLowerCase() ?? ''}`
  const lines = properties.split('\n').map(line => `    ${line}`)
  const code = [`id: ${id}`, 'namespace: company.team', 'tasks:', '  - id: run', `    type: ${type}`, ...lines]
  return { title, full: true, code: code.join('\n') }
}
