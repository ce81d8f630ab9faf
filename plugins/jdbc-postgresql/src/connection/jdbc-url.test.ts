import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseJdbcUrl } from './jdbc-url.ts'

const LOCAL = { host: 'localhost', port: 5432 }

test('JDBC URLs are taken apart', () => {
  const parsed = parseJdbcUrl(
    'jdbc:postgresql://db.example:6432,[::1],10.0.0.1:5433/my%20db?user=me&password=a%26b&ssl=true&currentSchema=x,y&ApplicationName=my+app',
  )

  assert.deepEqual(parsed.hosts, [
    { host: 'db.example', port: 6432 },
    { host: '::1', port: 5432 },
    { host: '10.0.0.1', port: 5433 },
  ])
  assert.equal(parsed.database, 'my db')
  assert.deepEqual(Object.fromEntries(parsed.parameters), {
    user: 'me',
    password: 'a&b',
    ssl: 'true',
    currentschema: 'x,y',
    applicationname: 'my app',
  })
})

test('what a URL leaves out has its default', () => {
  assert.deepEqual(parseJdbcUrl('jdbc:postgresql:shop'), { hosts: [LOCAL], database: 'shop', parameters: new Map() })
  assert.deepEqual(parseJdbcUrl('jdbc:postgresql:///shop').hosts, [LOCAL])
  assert.equal(parseJdbcUrl('jdbc:postgresql://dev:56982/').database, undefined)
  assert.equal(parseJdbcUrl('jdbc:postgresql://dev?ssl').parameters.get('ssl'), '')
})

test('URLs that are not of JDBC are understood too', () => {
  const parsed = parseJdbcUrl('postgres://me:p%40ss@db:5433/shop')

  assert.deepEqual(parsed, {
    hosts: [{ host: 'db', port: 5433 }],
    database: 'shop',
    user: 'me',
    password: 'p@ss',
    parameters: new Map(),
  })
})

test('other URLs are refused, and the refusal shows no password', () => {
  assert.throws(() => parseJdbcUrl('jdbc:mysql://me:secret@h/db?password=secret'), {
    message:
      'property "url" begins with "jdbc:mysql:", but this task speaks PostgreSQL: jdbc:postgresql://host:5432/database',
  })
  assert.throws(() => parseJdbcUrl('secret'), /must be a JDBC URL such as/)
  assert.throws(() => parseJdbcUrl('jdbc:postgresql://h:99999/db'), /port 99999/)
  assert.throws(() => parseJdbcUrl('jdbc:postgresql://h:x/db'), /no host with a port/)
})
