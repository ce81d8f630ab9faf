// batuta groups …: users who have the same roles.
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { findAccount, findGroup } from '../find-named.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine, printTable } from '../print.ts'

const SHOWN_MAX = 1_000

export async function groupList(options: GlobalOptions): Promise<ExitCode> {
  const { results } = await connect(options).groups.search({ query: { size: SHOWN_MAX } })
  if (options.json) printJson(results)
  else
    printTable(
      ['ID', 'GROUP', 'MEMBERS', 'DESCRIPTION'],
      results.map(({ id, name, members, description = '' }) => [id, name, String(members ?? ''), description]),
    )
  return EXIT.ok
}

export async function groupCreate(
  [name = '']: readonly string[],
  options: GlobalOptions & { readonly description?: string },
): Promise<ExitCode> {
  const { description } = options
  const group = await connect(options).groups.create({
    body: { name, ...(description === undefined ? {} : { description }) },
  })
  if (options.json) printJson(group)
  else printLine(`${group.name} is there (${group.id})`)
  return EXIT.ok
}

export async function groupDelete([name = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const client = connect(options)
  const group = await findGroup(client, name)
  await client.groups.delete({ params: { id: group.id } })
  if (!options.json) printLine(`${group.name} is deleted`)
  return EXIT.ok
}

export async function groupMembers([name = '']: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const client = connect(options)
  const group = await findGroup(client, name)
  const { results } = await client.groups.members({ params: { id: group.id }, query: { size: SHOWN_MAX } })
  if (options.json) printJson(results)
  else
    printTable(
      ['ID', 'USER', 'NAME', 'MEMBERSHIP'],
      results.map(({ id, username, displayName, groups }) => [
        id,
        username,
        displayName,
        groups.find(each => each.id === group.id)?.membership ?? '',
      ]),
    )
  return EXIT.ok
}

export async function groupChange(
  verb: 'add' | 'remove',
  [name = '', ...users]: readonly string[],
  options: GlobalOptions,
): Promise<ExitCode> {
  const client = connect(options)
  const { id, name: group } = await findGroup(client, name)
  for (const each of users) {
    const user = await findAccount(client, each)
    const params = { id, userId: user.id }
    if (verb === 'add') await client.groups.addMember({ params })
    else await client.groups.removeMember({ params })
    if (!options.json) printLine(`${user.name} ${verb === 'add' ? 'belongs' : 'does not belong'} to ${group}`)
  }
  return EXIT.ok
}
