// npm run test:sign-in: people of a real directory (OpenLDAP), over StartTLS, with groups of entries that name their members.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { readDirectory, type DirectoryConfig } from '../../packages/server/src/config/directory.ts'
import { Sources } from '../../packages/server/src/config/sources.ts'
import { newDirectory } from '../../packages/server/src/sign-in/directory.ts'
import { SignInError } from '../../packages/server/src/sign-in/sign-in-error.ts'
import { startSlapd, type Slapd } from '../services/slapd.mjs'

const READER = { 'bind-dn': 'uid=reader,dc=example,dc=com', 'bind-password': 'reader-of-the-test' }
const LDIF = `
dn: dc=example,dc=com
objectClass: dcObject
objectClass: organization
o: Example
dc: example

dn: uid=reader,dc=example,dc=com
objectClass: account
objectClass: simpleSecurityObject
uid: reader
userPassword: reader-of-the-test

dn: ou=people,dc=example,dc=com
objectClass: organizationalUnit
ou: people

dn: uid=ada,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: ada
cn: Ada Lovelace
givenName: Ada
sn: Lovelace
mail: ada@example.com
userPassword: analytical engine

dn: cn=Bob (ops\\, west)*,ou=people,dc=example,dc=com
objectClass: inetOrgPerson
uid: bob
cn: Bob (ops, west)*
sn: Bob
userPassword: pässwörd

dn: ou=groups,dc=example,dc=com
objectClass: organizationalUnit
ou: groups

dn: cn=platform,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: platform
member: uid=ada,ou=people,dc=example,dc=com
member: cn=Bob (ops\\, west)*,ou=people,dc=example,dc=com

dn: cn=readers,ou=groups,dc=example,dc=com
objectClass: groupOfNames
cn: readers
member: uid=ada,ou=people,dc=example,dc=com
`

let slapd: Slapd
before(async () => {
  slapd = await startSlapd(LDIF)
})
after(() => slapd?.stop())

function configOf(more: Readonly<Record<string, unknown>> = {}): DirectoryConfig {
  const ldap = {
    url: slapd.url,
    ...READER,
    'user-base': 'ou=people,dc=example,dc=com',
    'group-base': 'ou=groups,dc=example,dc=com',
    ...more,
  }
  const sources = new Sources(undefined, { KESTRA_CONFIGURATION: JSON.stringify({ 'sign-in': { ldap } }) })
  const config = readDirectory(sources, {})
  assert.ok(config)
  return config
}

test('a person is found by name, proved by the password and put into groups', async () => {
  const ada = await newDirectory(configOf()).find('ada', 'analytical engine')

  assert.match(ada?.subject ?? '', /^[0-9a-f]{8}-[0-9a-f-]{27}$/, 'the entryUUID, which outlives names')
  assert.deepEqual(
    [ada?.username, ada?.email, ada?.firstName, ada?.lastName],
    ['ada', 'ada@example.com', 'Ada', 'Lovelace'],
  )
  const names = ada?.groups?.filter(name => !name.includes('=')).toSorted()
  assert.deepEqual(names, ['platform', 'readers'])
})

test('a name with all that filters and names of entries are made of, and a password beyond ASCII', async () => {
  const bob = await newDirectory(configOf()).find('bob', 'pässwörd')

  assert.deepEqual(
    bob?.groups?.filter(name => !name.includes('=')),
    ['platform'],
  )
})

test('wrong, empty and injected names and passwords are nobody', async () => {
  const directory = newDirectory(configOf())
  const attempts = [
    ['ada', 'wrong'],
    ['ada', ''],
    ['*', 'analytical engine'],
    ['ada)(uid=*', 'analytical engine'],
    ['nobody', 'analytical engine'],
    ['reader', READER['bind-password']],
  ] as const

  for (const [name, password] of attempts) assert.equal(await directory.find(name, password), undefined, name)
})

test('StartTLS shows a certificate of an authority that is named, and another one is refused', async () => {
  const known = newDirectory(configOf({ 'start-tls': true, 'ca-file': slapd.caFile }))
  const unknown = newDirectory(configOf({ 'start-tls': true }))

  assert.equal((await known.find('ada', 'analytical engine'))?.username, 'ada')
  const error: unknown = await unknown.find('ada', 'analytical engine').catch((caught: unknown) => caught)
  assert.ok(error instanceof SignInError && error.code === 'provider-unreachable', String(error))
})

test('a reader that the directory does not know is a mistake of the configuration', async () => {
  const directory = newDirectory(configOf({ 'bind-password': 'wrong' }))
  const error: unknown = await directory.find('ada', 'analytical engine').catch((caught: unknown) => caught)

  assert.ok(error instanceof SignInError && error.code === 'misconfigured', String(error))
})
