// batuta users …, batuta service-accounts …: who there is.
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { findAccount, findGroup, readSecretLine } from '../find-named.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine, printTable } from '../print.ts'

export interface UserOptions extends GlobalOptions {
  readonly query?: string
  readonly firstName?: string
  readonly lastName?: string
  readonly passwordStdin?: boolean
  readonly group?: readonly string[]
  readonly superAdmin?: boolean
  readonly description?: string
}

const SHOWN_MAX = 1_000

export async function userList(options: UserOptions): Promise<ExitCode> {
  const query = { size: SHOWN_MAX, ...(options.query === undefined ? {} : { q: options.query }) }
  const { results } = await connect(options).users.list({ query })
  if (options.json) printJson(results)
  else
    printTable(
      ['ID', 'USER', 'NAME', 'RIGHTS', 'LOGS IN BY'],
      results.map(({ id, username, displayName, superAdmin, disabled, auths }) => [
        id,
        username,
        displayName,
        disabled ? 'disabled' : superAdmin ? 'super admin' : '',
        auths.map(({ name }) => name).join(', '),
      ]),
    )
  return EXIT.ok
}

export async function userCreate([email = '']: readonly string[], options: UserOptions): Promise<ExitCode> {
  const client = connect(options)
  const { firstName, lastName, group = [], superAdmin, passwordStdin } = options
  const groups: string[] = []
  for (const name of group) groups.push((await findGroup(client, name)).id)
  const password = passwordStdin === true ? { password: await readSecretLine('the password') } : {}
  const user = await client.users.create({
    body: {
      email,
      ...(firstName === undefined ? {} : { firstName }),
      ...(lastName === undefined ? {} : { lastName }),
      ...(superAdmin === true ? { superAdmin } : {}),
      ...(groups.length > 0 ? { groups } : {}),
      ...password,
    },
  })
  if (options.json) printJson(user)
  else printLine(`${user.username} is there (${user.id})`)
  return EXIT.ok
}

export async function userDelete([name = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const client = connect(options)
  const { id, name: username } = await findPerson(client, name)
  await client.users.delete({ params: { id } })
  if (!options.json) printLine(`${username} is deleted`)
  return EXIT.ok
}

export async function userSwitch(
  verb: 'disable' | 'enable',
  [name = '']: readonly string[],
  options: GlobalOptions,
): Promise<ExitCode> {
  const client = connect(options)
  const { id } = await findPerson(client, name)
  const user = await client.users.setDisabled({ params: { id }, body: { disabled: verb === 'disable' } })
  if (options.json) printJson(user)
  else printLine(`${user.username} is ${user.disabled ? 'disabled' : 'enabled'}`)
  return EXIT.ok
}

export async function userPassword([name = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const client = connect(options)
  const { id, name: username } = await findPerson(client, name)
  await client.users.setPassword({ params: { id }, body: { password: await readSecretLine('the password') } })
  if (!options.json) printLine(`${username} has a new password`)
  return EXIT.ok
}

export async function userResetLink([name = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const client = connect(options)
  const { id } = await findPerson(client, name)
  const reset = await client.users.resetPassword({ params: { id } })
  if (options.json) printJson(reset)
  else printLine(reset.link.startsWith('/') ? `${options.server.replace(/\/+$/, '')}${reset.link}` : reset.link)
  return EXIT.ok
}

export async function userUnlock([name = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const client = connect(options)
  const { id } = await findPerson(client, name)
  const user = await client.users.unlock({ params: { id } })
  if (options.json) printJson(user)
  else printLine(`${user.username} may try again`)
  return EXIT.ok
}

export async function userExplain(
  [user = '', permission = '', namespace]: readonly string[],
  options: GlobalOptions,
): Promise<ExitCode> {
  const [resource = '', action = ''] = permission.split(':')
  if (action === '')
    throw new CommandError(EXIT.usage, `"${permission}" is no permission: write RESOURCE:ACTION, such as FLOW:UPDATE`)
  const query = { user, resource, action, ...(namespace === undefined ? {} : { namespace }) }
  const answer = await connect(options).access.explain({ query })
  if (options.json) printJson(answer)
  else printLine(answer.sentence)
  return EXIT.ok
}

export async function accountList(options: GlobalOptions): Promise<ExitCode> {
  const { results } = await connect(options).serviceAccounts.list({ query: { size: SHOWN_MAX } })
  if (options.json) printJson(results)
  else
    printTable(
      ['ID', 'NAME', 'RIGHTS', 'DESCRIPTION'],
      results.map(each => [each.id, each.name, each.superAdmin ? 'super admin' : '', each.description ?? '']),
    )
  return EXIT.ok
}

export async function accountCreate([name = '']: readonly string[], options: UserOptions): Promise<ExitCode> {
  const { description } = options
  const body = { name, ...(description === undefined ? {} : { description }) }
  const account = await connect(options).serviceAccounts.create({ body })
  if (options.json) printJson(account)
  else printLine(`${account.name} is there (${account.id})`)
  return EXIT.ok
}

export async function accountDelete([name = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const client = connect(options)
  const found = await findAccount(client, name)
  if (!found.isService) throw new CommandError(EXIT.notFound, `"${name}" is a person: batuta users delete`)
  await client.serviceAccounts.delete({ params: { id: found.id } })
  if (!options.json) printLine(`${found.name} is deleted`)
  return EXIT.ok
}

async function findPerson(
  client: ReturnType<typeof connect>,
  name: string,
): Promise<{ readonly id: string; readonly name: string }> {
  const found = await findAccount(client, name)
  if (!found.isService) return found
  throw new CommandError(EXIT.usage, `"${name}" is a service account: batuta service-accounts`)
}
