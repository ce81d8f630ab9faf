// Takes personal data out of what leaves, and puts it back into what returns, as far as it was replaced by tokens.
import {
  PERSONAL_COUNTRIES,
  PERSONAL_KINDS,
  TaskError,
  isList,
  isMap,
  mapEntries,
  maskPersonal,
  personalToKeep,
  personalTokens,
  printValue,
  unmaskPersonal,
  type LazyProperties,
  type PersonalPolicy,
  type RunContext,
} from '@batuta/plugin-sdk'
import type { spendProperties } from '../spend/spend-properties.ts'

export interface PersonalGuard {
  hide(text: string): Promise<string>
  restore(text: string): Promise<string>
}

const OPEN: PersonalGuard = { hide: async text => text, restore: async text => text }

export async function openGuard(
  ctx: RunContext,
  { personalData }: Pick<LazyProperties<typeof spendProperties>, 'personalData'>,
): Promise<PersonalGuard> {
  const given = await personalData.render()
  if (given === undefined) return OPEN
  const policy: PersonalPolicy = {
    action: given.action,
    ...(given.kinds && { kinds: given.kinds.map(kindOf) }),
    ...(given.names && { names: given.names }),
    ...(given.countries && { countries: given.countries.map(countryOf) }),
  }
  return {
    hide: text => hide(ctx, text, policy),
    restore: async text => (given.restore && given.action === 'token' ? await restore(ctx, text) : text),
  }
}

async function hide(ctx: RunContext, text: string, policy: PersonalPolicy): Promise<string> {
  const values = personalToKeep(text, policy)
  const tokens = new Map<string, string>()
  if (values.length > 0) {
    const given = await ctx.ports.ask('personal.keep', { values: values.map(each => ({ ...each })) })
    if (!isList(given) || given.length !== values.length) throw new TaskError('the server gave no tokens')
    for (const [index, { kind, text: found }] of values.entries())
      tokens.set(`${kind} ${found}`, printValue(given[index] ?? null))
  }
  const { value } = maskPersonal(text, policy, (kind, found) => {
    const token = tokens.get(`${kind} ${found}`)
    if (token === undefined) throw new TaskError(`a value of the kind ${kind} has no token`)
    return token
  })
  return printValue(value)
}

/** A model may invent tokens: what nobody knows stays as it is. */
async function restore(ctx: RunContext, text: string): Promise<string> {
  const tokens = personalTokens(text)
  if (tokens.length === 0) return text
  const given = await ctx.ports.ask('personal.open', { tokens: [...tokens] })
  const known = new Map<string, string>()
  if (typeof given === 'object' && given !== null && isMap(given))
    for (const [token, value] of mapEntries(given)) known.set(token, printValue(value))
  for (const value of known.values()) ctx.mask(value)
  return printValue(unmaskPersonal(text, known))
}

/** What is misspelt must not leave unmasked. */
function kindOf(text: string): (typeof PERSONAL_KINDS)[number] {
  const kind = PERSONAL_KINDS.find(each => each === text)
  if (kind !== undefined) return kind
  throw new TaskError(`"${text}" is no kind of personal data: it is one of ${PERSONAL_KINDS.join(', ')}`)
}

function countryOf(text: string): string {
  if (PERSONAL_COUNTRIES.includes(text)) return text
  throw new TaskError(`no national numbers of "${text}" are known, only of ${PERSONAL_COUNTRIES.join(', ')}`)
}
