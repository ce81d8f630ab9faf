// What is asked about personal data: tokens for values, values of tokens. Both of the asker's own namespace, never of another one.
import { BatutaError, isList, isMap, mapGet, personalKindOf, type Value, type ValueMap } from '@batuta/core'
import { keepValues, openValues, type KeptValue } from '../personal/token-vault.ts'
import { optionalInteger, optionalTexts, valueOf } from './arguments.ts'
import type { Answers, Asker } from './asker.ts'

export const PERSONAL_ANSWERS: Answers = {
  'personal.keep': async (world, args, asker) => [...(await keepValues(world, ownerOf(asker), valuesOf(args)))],
  'personal.open': async (world, args, asker) =>
    Object.fromEntries(await openValues(world, ownerOf(asker), optionalTexts(args, 'tokens') ?? [])),
  'personal.purge': async ({ store, nowMs }, args, asker) => {
    const olderThanMs = optionalInteger(args, 'olderThanMs') ?? 0
    return await store.perform('purgeTokens', { ...ownerOf(asker), beforeMs: nowMs() - olderThanMs })
  },
}

function ownerOf({ tenant, namespace }: Asker): { readonly tenant: string; readonly namespace: string } {
  return { tenant, namespace }
}

function valuesOf(args: ValueMap): readonly KeptValue[] {
  const values = valueOf(args, 'values')
  return isList(values) ? values.map(keptOf) : []
}

function keptOf(item: Value): KeptValue {
  const of = (name: string): Value | undefined =>
    typeof item === 'object' && item !== null && isMap(item) ? mapGet(item, name) : undefined
  const [kind, text] = [of('kind'), of('text')]
  const known = typeof kind === 'string' ? personalKindOf(kind) : undefined
  if (known !== undefined && typeof text === 'string') return { kind: known, text }
  throw new BatutaError('question-malformed', 'A personal value has a kind and a text.')
}
