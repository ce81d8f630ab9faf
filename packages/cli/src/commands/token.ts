// batuta tokens …: made, listed and revoked; one's own unless `--of` names somebody.
import type { Client } from '@batuta/api'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { findAccount } from '../find-named.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine, printTable, remark } from '../print.ts'
import { permissionsOf } from './role.ts'

export interface TokenOptions extends GlobalOptions {
  readonly of?: string
  readonly maxAge?: string
  readonly scope?: readonly string[]
  readonly description?: string
}

export async function tokenList(options: TokenOptions): Promise<ExitCode> {
  const { results } = await (await doorOf(connect(options), options.of)).list()
  if (options.json) printJson(results)
  else
    printTable(
      ['ID', 'NAME', 'BEGINS WITH', 'EXPIRES', 'LAST USED'],
      results.map(({ id, name, prefix, exp = '', lastUsed = '', expired }) => [
        id,
        name,
        prefix,
        expired ? 'expired' : exp.slice(0, 10),
        lastUsed.slice(0, 19).replace('T', ' '),
      ]),
    )
  return EXIT.ok
}

export async function tokenCreate([name = '']: readonly string[], options: TokenOptions): Promise<ExitCode> {
  const { maxAge, scope = [], description, of } = options
  const token = await (
    await doorOf(connect(options), of)
  ).create({
    name,
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(description === undefined ? {} : { description }),
    ...(scope.length > 0 ? { scopes: scope.map(scopeOf) } : {}),
  })
  if (options.json) printJson(token)
  else {
    printLine(token.fullToken)
    remark('This is shown once: keep it now.')
  }
  return EXIT.ok
}

export async function tokenDelete([id = '']: readonly string[], options: TokenOptions): Promise<ExitCode> {
  await (await doorOf(connect(options), options.of)).revoke(id)
  if (!options.json) printLine(`${id} is revoked`)
  return EXIT.ok
}

type Wanted = Parameters<Client['me']['createToken']>[0]['body']

interface Door {
  list(): ReturnType<Client['me']['tokens']>
  create(wanted: Wanted): ReturnType<Client['me']['createToken']>
  revoke(tokenId: string): Promise<void>
}

/** Oneself, a user and a service account have routes of their own. */
async function doorOf(client: Client, of: string | undefined): Promise<Door> {
  if (of === undefined)
    return {
      list: () => client.me.tokens(),
      create: body => client.me.createToken({ body }),
      revoke: tokenId => client.me.deleteToken({ params: { tokenId } }),
    }
  const { id, isService } = await findAccount(client, of)
  const { tokens, createToken, deleteToken } = isService ? client.serviceAccounts : client.users
  return {
    list: () => tokens({ params: { id } }),
    create: body => createToken({ params: { id }, body }),
    revoke: tokenId => deleteToken({ params: { id, tokenId } }),
  }
}

/** `company.team`, `company.team=FLOW:READ,UPDATE`, `=EXECUTION:CREATE` */
function scopeOf(text: string): NonNullable<NonNullable<Wanted['scopes']>[number]> {
  const [namespace = '', ...permissions] = text.split('=')
  return {
    ...(namespace === '' ? {} : { namespace }),
    ...(permissions.length === 0 ? {} : { permissions: permissionsOf(permissions) }),
  }
}
