// Families as Prometheus reads them: the text format 0.0.4.
import type { Family, Labels, Sample } from './family.ts'

export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** `tags` are on every sample. */
export function writeExposition(families: readonly Family[], tags: Labels = {}): string {
  const shared = labelText(tags)
  let text = ''
  for (const { name, type, help, samples } of families) {
    if (samples.length === 0) continue
    text += `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${type}\n`
    for (const sample of samples) text += lineOf(name, sample, shared)
  }
  return text
}

function lineOf(name: string, { suffix = '', labels = {}, value }: Sample, shared: string): string {
  const own = labelText(labels)
  const all = own !== '' && shared !== '' ? `${own},${shared}` : own + shared
  return `${name}${suffix}${all === '' ? '' : `{${all}}`} ${numberText(value)}\n`
}

function labelText(labels: Labels): string {
  let text = ''
  for (const [name, value] of Object.entries(labels)) text += `${text === '' ? '' : ','}${name}="${escaped(value)}"`
  return text
}

const SPECIAL = /[\\"\n]/g

function escaped(value: string): string {
  return value.replace(SPECIAL, character => (character === '\n' ? '\\n' : `\\${character}`))
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf'
  return value === -Infinity ? '-Inf' : String(value)
}
