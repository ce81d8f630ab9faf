// The role of people who are new, as the configuration names it: one that it describes is made, and one that is not there is told of, for whoever signs in
// could do nothing and nobody would know why.
import type { Role } from '@batuta/core'
import type { Access } from '../../access/access.ts'
import type { SignInConfig } from '../../config/sign-in.ts'
import type { Platform } from '../../platform/platform.ts'
import { newRecordId } from '../access/new-user.ts'
import { toPermissions } from '../access/to-permissions.ts'

export interface DefaultRolePlace {
  readonly access: Pick<Access, 'book'>
  readonly platform: Platform
  readonly log: { warn(message: string, error?: unknown): void; info(message: string): void }
}

export async function settleDefaultRole(config: SignInConfig, place: DefaultRolePlace): Promise<void> {
  const { access, log } = place
  const roles = (): readonly Role[] => access.book.list('role')
  const isThere = (wanted: string): boolean => roles().some(({ id, name }) => id === wanted || name === wanted)
  const { describedRole } = config
  if (describedRole !== undefined && !isThere(describedRole.name)) await makeRole(describedRole, place)
  const own = [...config.providers.values()].map(({ newcomers }) => newcomers.role)
  for (const wanted of new Set([config.newcomers.role, ...own])) {
    if (wanted === undefined || isThere(wanted)) continue
    const names = roles().map(({ name }) => `"${name}"`)
    log.warn(
      `There is no role "${wanted}", which default-role gives to people who are new: they may do nothing. Make it, or name one of ${names.join(', ')}.`,
    )
  }
}

async function makeRole(
  { name, description, permissions }: NonNullable<SignInConfig['describedRole']>,
  { access, platform, log }: DefaultRolePlace,
): Promise<void> {
  try {
    const facts = { id: newRecordId(platform), name, description, isManaged: false, isDefault: false }
    const record: Role = { ...facts, permissions: toPermissions(permissions) }
    await access.book.change({ put: [{ kind: 'role', record }] })
    log.info(`The role "${name}" was made as kestra.security.default-role describes it.`)
  } catch (error) {
    // Another node may have made it in the same moment; what is missing then is told of.
    log.warn(`The role "${name}" of kestra.security.default-role was not made`, error)
  }
}
