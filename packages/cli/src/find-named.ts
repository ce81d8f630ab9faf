// People name users, groups and roles; the API wants their ids.
import type { Client } from '@batuta/api'
import { CommandError, EXIT } from './exit-code.ts'

export interface Named {
  readonly id: string
  readonly name: string
}

const LOOKED_MAX = 1_000

/** By name or by id. */
export async function findAccount(client: Client, name: string): Promise<Named & { readonly isService: boolean }> {
  const query = { q: name, size: LOOKED_MAX }
  const { results: users } = await client.users.list({ query })
  const user = users.find(each => isNamed(name, each.id, each.username))
  if (user) return { id: user.id, name: user.username, isService: false }
  const { results: accounts } = await client.serviceAccounts.list({ query })
  const account = accounts.find(each => isNamed(name, each.id, each.name))
  if (account) return { id: account.id, name: account.name, isService: true }
  throw missing(`user "${name}"`)
}

export async function findGroup(client: Client, name: string): Promise<Named> {
  const { results } = await client.groups.search({ query: { q: name, size: LOOKED_MAX } })
  return expectNamed(results, name, 'group')
}

export async function findRole(client: Client, name: string): Promise<Named> {
  const { results } = await client.roles.search({ query: { size: LOOKED_MAX } })
  return expectNamed(results, name, 'role')
}

function expectNamed(rows: readonly Named[], name: string, kind: string): Named {
  const found = rows.find(each => isNamed(name, each.id, each.name))
  if (found) return found
  throw missing(`${kind} "${name}"`)
}

function isNamed(wanted: string, ...names: readonly string[]): boolean {
  return names.some(name => name.toLowerCase() === wanted.toLowerCase())
}

function missing(what: string): CommandError {
  return new CommandError(EXIT.notFound, `there is no ${what}`)
}

/** What was typed or piped, without the line break at its end. */
export async function readSecretLine(what: string): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk))
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
  if (text === '') throw new CommandError(EXIT.usage, `the standard input is empty: ${what} is read from it`)
  return text
}
