// People of a directory that speaks LDAP: somebody is looked up by name, and whoever can bind as what was found is that person. A bind without a password
// succeeds everywhere and proves nothing (RFC 4513, 5.1.2), so none is ever tried.
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { rootCertificates, type ConnectionOptions } from 'node:tls'
import type { Client, Entry } from 'ldapts'
import type { DirectoryConfig } from '../config/directory.ts'
import type { ExternalIdentity } from './external-identity.ts'
import { SignInError } from './sign-in-error.ts'

export interface Directory {
  /**
   * Undefined when nobody is known by this name and password.
   * @throws {SignInError} `provider-unreachable`, or `misconfigured` when the directory does not let itself be asked.
   */
  find(username: string, password: string): Promise<ExternalIdentity | undefined>
}

export const DIRECTORY_PROVIDER = 'ldap'
const NAME_LENGTH_MAX = 256
const PASSWORD_LENGTH_MAX = 1_024
const GROUPS_MAX = 1_000
/** Of Active Directory, as bytes. */
const BINARY: readonly string[] = ['objectGUID', 'objectSid']

export function newDirectory(config: DirectoryConfig): Directory {
  return {
    find: async (username, password) => {
      if (username === '' || username.length > NAME_LENGTH_MAX) return undefined
      if (password === '' || password.length > PASSWORD_LENGTH_MAX) return undefined
      const { Client, InvalidCredentialsError, ResultCodeError } = await import('ldapts')
      const { url, timeoutMs } = config
      const tlsOptions = tlsOptionsOf(config)
      const secure = url.startsWith('ldaps:') ? { tlsOptions } : {}
      const client = new Client({ url, timeout: timeoutMs, connectTimeout: timeoutMs, strictDN: false, ...secure })
      try {
        if (config.startsTls) await client.startTLS(tlsOptions)
        return await findPerson(client, config, { username, password })
      } catch (error) {
        if (error instanceof WrongPassword) return undefined
        const detail = `The directory ${url} says: ${error instanceof Error ? error.message : String(error)}`
        const isAnswer = error instanceof InvalidCredentialsError || error instanceof ResultCodeError
        throw new SignInError(isAnswer ? 'misconfigured' : 'provider-unreachable', detail, error)
      } finally {
        await client.unbind().catch(() => undefined) // The connection is gone already: that was the wish.
      }
    },
  }
}

class WrongPassword extends Error {}

interface Given {
  readonly username: string
  readonly password: string
}

async function findPerson(
  client: Client,
  config: DirectoryConfig,
  given: Given,
): Promise<ExternalIdentity | undefined> {
  const { bindDn, bindPassword = '', users, attributes } = config
  if (bindDn !== undefined) await client.bind(bindDn, bindPassword)
  const names = [
    ...attributes.subject,
    attributes.username,
    attributes.email,
    attributes.firstName,
    attributes.lastName,
  ]
  const memberBy =
    config.groupSearch === undefined || config.groupSearch.memberBy === 'dn' ? [] : [config.groupSearch.memberBy]
  const { searchEntries } = await client.search(users.base, {
    scope: users.isDeep ? 'sub' : 'one',
    filter: fill(users.filter, given.username),
    attributes: [...names, ...memberBy, ...(attributes.groups === undefined ? [] : [attributes.groups])],
    explicitBufferAttributes: [...BINARY],
    // Two are as bad as a thousand: nobody can tell which one is meant.
    sizeLimit: 2,
  })
  const [person, another] = searchEntries
  // A name that nobody bears takes as long as a wrong password.
  await bindAs(client, person?.dn ?? users.base, given.password)
  if (person === undefined || another !== undefined) return undefined
  if (bindDn !== undefined) await client.bind(bindDn, bindPassword)
  return identityOf(person, { config, given, groups: await groupsOf(client, person, config) })
}

async function bindAs(client: Client, dn: string, password: string): Promise<void> {
  const { InvalidCredentialsError, ResultCodeError } = await import('ldapts')
  try {
    await client.bind(dn, password)
  } catch (cause) {
    // Locked, run out, must be changed: the directory lets nobody in, whatever it calls that.
    const isRefused = cause instanceof InvalidCredentialsError || cause instanceof ResultCodeError
    throw isRefused ? new WrongPassword('', { cause }) : cause
  }
}

function identityOf(
  person: Entry,
  about: { config: DirectoryConfig; given: Given; groups: readonly string[] | undefined },
): ExternalIdentity {
  const { attributes } = about.config
  const [email] = textsOf(person, attributes.email)
  const [firstName] = textsOf(person, attributes.firstName)
  const [lastName] = textsOf(person, attributes.lastName)
  const [subject = person.dn.toLowerCase()] = attributes.subject.flatMap(name => textsOf(person, name))
  const [username = about.given.username] = textsOf(person, attributes.username)
  return {
    provider: DIRECTORY_PROVIDER,
    subject,
    username,
    ...(email === undefined ? {} : { email }),
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName }),
    ...(about.groups === undefined ? {} : { groups: about.groups }),
  }
}

/** Undefined when the configuration says nothing of groups. */
async function groupsOf(
  client: Client,
  person: Entry,
  config: DirectoryConfig,
): Promise<readonly string[] | undefined> {
  const { groupSearch: search, attributes } = config
  if (search === undefined && attributes.groups === undefined) return undefined
  const told = attributes.groups === undefined ? [] : textsOf(person, attributes.groups)
  const names = new Set(told.flatMap(name => [name, ...firstNameIn(name)]))
  if (search === undefined) return [...names]
  const [member] = search.memberBy === 'dn' ? [person.dn] : textsOf(person, search.memberBy)
  if (member === undefined) return [...names]
  const { searchEntries } = await client.search(search.base, {
    scope: search.isDeep ? 'sub' : 'one',
    filter: fill(search.filter, member),
    attributes: [search.nameAttribute],
    sizeLimit: GROUPS_MAX,
  })
  for (const group of searchEntries)
    for (const name of [group.dn, ...textsOf(group, search.nameAttribute)]) names.add(name)
  return [...names]
}

/** `cn=ops,ou=groups,dc=example` → `ops`. */
function firstNameIn(dn: string): readonly string[] {
  const [, value] = /^[A-Za-z][\w-]*=((?:\\.|[^,+\\])+),/.exec(dn) ?? []
  return value === undefined ? [] : [value.replaceAll(/\\(.)/g, '$1')]
}

function textsOf(entry: Entry, name: string): readonly string[] {
  const wanted = name.toLowerCase()
  const [, value] = Object.entries(entry).find(([key]) => key.toLowerCase() === wanted) ?? []
  const values = value === undefined ? [] : [value].flat()
  return values.map(item => (typeof item === 'string' ? item : item.toString('hex'))).filter(text => text !== '')
}

/** What is put into a filter is a value and never a part of its grammar (RFC 4515, 3). */
export function fill(filter: string, value: string): string {
  const escaped = Array.from(Buffer.from(value), byte =>
    /[A-Za-z0-9 _.@-]/.test(String.fromCharCode(byte))
      ? String.fromCharCode(byte)
      : `\\${byte.toString(16).padStart(2, '0')}`,
  ).join('')
  return filter.replaceAll('{0}', () => escaped)
}

function tlsOptionsOf({ url, caFile }: DirectoryConfig): ConnectionOptions {
  const ca = caFile === undefined ? {} : { ca: [...rootCertificates, readFileSync(caFile, 'utf8')] }
  const { hostname } = new URL(url)
  // TLS sends names only; an address is held against the certificate all the same.
  const names = isIP(hostname) === 0 ? { servername: hostname } : { host: hostname }
  return { minVersion: 'TLSv1.2', ...names, ...ca }
}
