// What may somebody do here, and which roles say so: the answer to "why can Ada not see this".
import { isInScope, reachOf, type Reason } from '@batuta/core'
import type { Caller } from '../../access/caller.ts'
import type { UserRecord } from '../../access/records.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { json } from '../reply.ts'
import { notFound, unprocessable } from '../request-error.ts'
import { forbidden } from './powers.ts'
import { actionNamed, resourceNamed } from './to-permissions.ts'

export function accessHandlers({ access: { book } }: HttpDependencies): Handlers<'access'> {
  const askedUser = (name: string | undefined, caller: Caller): UserRecord | undefined => {
    if (name === undefined) return caller.userId === undefined ? undefined : book.user(caller.userId)
    const user = book.user(name) ?? book.userNamed(name)
    if (user?.id === caller.userId && user !== undefined) return user
    if (!caller.grants.may('BINDING', 'READ'))
      throw forbidden('What others may do is for those who may read bindings (BINDING:READ).')
    if (!user) throw notFound(`The user "${name.slice(0, 100)}"`)
    return user
  }
  return {
    explain: ({ query, caller }) => {
      const resource = resourceNamed(query.resource)
      const action = actionNamed(query.action)
      if (!resource) throw unprocessable('resource-unknown', `There is no resource "${query.resource}".`)
      if (!action) throw unprocessable('action-unknown', `There is no action "${query.action}".`)
      const user = askedUser(query.user, caller)
      const namespace = query.namespace === '' || reachOf(resource) !== 'namespace' ? undefined : query.namespace
      const isOwn = user === undefined || user.id === caller.userId
      const grants = isOwn ? caller.grants : book.grantsOf(user.id)
      const reasons = grants.explain(resource, action, namespace)
      const scope = grants.scope(resource, action)
      const isAllowed = namespace === undefined ? grants.may(resource, action) : isInScope(scope, namespace)
      const username = user?.username ?? caller.name
      return json({
        user: { id: user?.id ?? caller.name, username },
        resource,
        action,
        ...(namespace === undefined ? {} : { namespace }),
        isAllowed,
        sentence: sentenceOf({ username, what: `${resource}:${action}`, namespace, isAllowed }, reasons),
        reasons,
      })
    },
  }
}

interface Answer {
  readonly username: string
  readonly what: string
  readonly namespace: string | undefined
  readonly isAllowed: boolean
}

function sentenceOf({ username, what, namespace, isAllowed }: Answer, reasons: readonly Reason[]): string {
  const where = namespace === undefined ? '' : ` in "${namespace}"`
  const head = `"${username}" ${isAllowed ? 'has' : 'does not have'} ${what}${where}`
  const deciding = reasons.filter(({ type }) => isAllowed || type === 'deny' || type === 'disabled' || type === 'token')
  if (deciding.length === 0) return `${head}: no role gives it.`
  return `${head}: ${deciding.map(phraseOf).join('; ')}.`
}

function phraseOf(reason: Reason): string {
  switch (reason.type) {
    case 'open':
      return 'nobody has to log in here'
    case 'super-admin':
      return 'a super admin may do everything'
    case 'disabled':
      return 'the user is disabled'
    case 'token':
      return 'the token is for less'
    case 'allow':
    case 'deny': {
      const { groupName, roleName, namespace } = reason
      const by = groupName === undefined ? '' : `group "${groupName}" → `
      return `${by}role "${roleName}"${namespace === undefined ? ' everywhere' : ` on "${namespace}"`}${reason.type === 'deny' ? ' is denied' : ''}`
    }
  }
}
