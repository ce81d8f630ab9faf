// Oneself. Whoever is not a user – everybody, on an open server – has no password, tokens or sessions.
import type { Access } from '../../access/access.ts'
import type { Caller } from '../../access/caller.ts'
import type { UserRecord } from '../../access/records.ts'
import { requireFreeName, requireUsername, withPassword } from '../access/new-user.ts'
import { forbidden } from '../access/powers.ts'
import { given, presentSession } from '../access/present-people.ts'
import { issueToken, listTokens, revokeToken } from '../access/token-desk.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { empty, json } from '../reply.ts'
import { RequestError, notFound } from '../request-error.ts'
import { describeMe } from './describe-me.ts'

type Mine = Handlers<'me'>

export function meHandlers(dependencies: HttpDependencies): Mine {
  return { ...profileHandlers(dependencies), ...tokenHandlers(dependencies), ...sessionHandlers(dependencies) }
}

function profileHandlers(dependencies: HttpDependencies): Pick<Mine, 'get' | 'update' | 'setPassword'> {
  const { access, platform } = dependencies
  const { book, sessions, passwords } = access
  const asNow = (id: string): { readonly kind: 'user'; readonly id: string; readonly version: number } => ({
    kind: 'user',
    id,
    version: book.versionOf({ kind: 'user', id }),
  })
  return {
    get: ({ caller }) => json(describeMe(caller, dependencies)),
    update: async ({ body, caller, note }) => {
      const user = myself(caller, access)
      const email = body.email ?? undefined
      const isRenamed = email !== undefined && user.username === user.email
      if (isRenamed) {
        requireUsername(email)
        requireFreeName(access, email, user.id)
      }
      const changed: UserRecord = {
        ...user,
        ...(email === undefined ? {} : { email }),
        ...(isRenamed ? { username: email } : {}),
        ...given({ firstName: body.firstName, lastName: body.lastName }),
      }
      await book.change({ put: [{ kind: 'user', record: changed }], expect: [asNow(user.id)] })
      note({
        resource: 'USER',
        itemId: user.id,
        after: given({ email, firstName: body.firstName, lastName: body.lastName }),
      })
      return json(describeMe({ ...caller, name: changed.username }, dependencies))
    },
    setPassword: async ({ body: { oldPassword, newPassword }, caller, incoming, note }) => {
      const user = myself(caller, access)
      // Of before the hashing: who is switched off meanwhile stays so.
      const expect = [asNow(user.id)]
      const isKnown = user.passwordHash === undefined || (await passwords.verify(oldPassword ?? '', user.passwordHash))
      if (!isKnown) throw forbidden('The old password is wrong.')
      const changed = await withPassword(user, newPassword, { access, nowMs: platform.nowMs() })
      await book.change({ put: [{ kind: 'user', record: changed }], expect })
      await sessions.closeAllOf(user.id)
      note({ resource: 'USER', itemId: user.id, detail: { changed: 'password' } })
      if (caller.via !== 'session') return empty(200)
      const about = { provider: 'password', ip: caller.ip, agent: incoming.headers['user-agent'] }
      const opened = await sessions.open(user.id, about)
      return { type: 'empty', status: 200, headers: { 'set-cookie': opened.cookie } }
    },
  }
}

function tokenHandlers({ access, platform }: HttpDependencies): Pick<Mine, 'tokens' | 'createToken' | 'deleteToken'> {
  return {
    tokens: ({ caller }) =>
      caller.userId === undefined
        ? json({ total: 0, results: [] })
        : listTokens(access, caller.userId, platform.nowMs()),
    createToken: async ({ body, caller, note }) => {
      if (caller.impersonatedBy !== undefined) throw forbidden('Nobody makes a token in the name of somebody else.')
      const issued = await issueToken(access, { user: me(caller, access), caller, wanted: body })
      note({ resource: 'TOKEN', itemId: issued.id, after: { id: issued.id, name: issued.name } })
      return json(issued)
    },
    deleteToken: async ({ params: { tokenId }, caller, note }) => {
      await revokeToken(access, me(caller, access).id, tokenId)
      note({ resource: 'TOKEN', itemId: tokenId })
      return empty(200)
    },
  }
}

function sessionHandlers({ access }: HttpDependencies): Pick<Mine, 'sessions' | 'endSessions' | 'endSession'> {
  const { sessions } = access
  return {
    sessions: ({ caller }) => {
      const own = caller.userId === undefined ? [] : sessions.ofUser(caller.userId)
      return json(own.map(session => presentSession(session, caller.sessionId)))
    },
    endSessions: async ({ caller, note }) => {
      const others = sessions.ofUser(me(caller, access).id).filter(({ id }) => id !== caller.sessionId)
      for (const { id } of others) await sessions.close(id)
      note({ resource: 'USER', itemId: me(caller, access).id, detail: { ended: others.length } })
      return empty(204)
    },
    endSession: async ({ params: { sessionId }, caller, note }) => {
      if (!sessions.ofUser(me(caller, access).id).some(({ id }) => id === sessionId))
        throw notFound(`The session "${sessionId.slice(0, 100)}"`)
      await sessions.close(sessionId)
      note({ resource: 'USER', itemId: me(caller, access).id, detail: { ended: 1 } })
      return empty(204)
    },
  }
}

function me(caller: Caller, { book }: Access): UserRecord {
  const user = caller.userId === undefined ? undefined : book.user(caller.userId)
  if (user) return user
  throw new RequestError(409, 'no-user', 'Nobody is logged in: there is no user whose own this would be.')
}

/** Not with a token, and not in the name of somebody else: whoever has those is not the user for certain. */
function myself(caller: Caller, access: Access): UserRecord {
  const user = me(caller, access)
  if (caller.tokenId !== undefined || caller.impersonatedBy !== undefined)
    throw forbidden('This is for the user alone: log in with the password.')
  if (user.isRestricted) throw forbidden(`"${user.username}" is restricted and does not change what is said of them.`)
  return user
}
