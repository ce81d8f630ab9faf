// Names and lines of batches: both providers are told a name for each that is asked, and answer in lines of JSON that bear it, in any order.
import { parsedJson, textAt } from '../json.ts'
import type { Answered } from './batch-api.ts'

export const RESULTS_BYTES_MAX = 256 * 2 ** 20

export function nameOf(place: number): string {
  return `item-${place}`
}

export function readLines(
  text: string,
  answeredOf: (line: unknown) => Answered,
): readonly (readonly [place: number, answered: Answered])[] {
  return text
    .split('\n')
    .filter(line => line.trim() !== '')
    .map(parsedJson)
    .flatMap(line => {
      const place = /^item-(\d+)$/.exec(textAt(line, 'custom_id') ?? '')?.[1]
      return place === undefined ? [] : [[Number(place), answeredOf(line)] as const]
    })
}
