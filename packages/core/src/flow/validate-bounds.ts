import { isNumber, mapGet } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { plainText, printValue } from '../std/value-text.ts'
import type { Input } from './flow.ts'
import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'

/** `min` and `max` of numbers: each must be one, and some number must fit between them. */
export function inspectBounds(inspection: Inspection, input: Input, path: string): void {
  if (input.type !== 'INT' && input.type !== 'FLOAT') return
  const [min, max] = (['min', 'max'] as const).map(key => {
    const value = mapGet(input.properties, key) ?? null
    const number = numberOf(value)
    if (value !== null && number === undefined) {
      const message = `\`${key}\` of "${input.id}" must be a number, but is "${printValue(value).slice(0, 60)}".`
      object(inspection, { code: 'wrong-type', message, path: `${path}.${key}` })
    }
    return number
  })
  if (min === undefined || max === undefined || min <= max) return
  const message = `No value of "${input.id}" can fit: \`min\` ${min} is above \`max\` ${max}; exchange them.`
  object(inspection, { severity: 'warning', code: 'invalid-bounds', message, path: `${path}.min` })
}

function numberOf(value: Value): number | undefined {
  if (isNumber(value)) return Number(plainText(value))
  return typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value)) ? Number(value) : undefined
}
