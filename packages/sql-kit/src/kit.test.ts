import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DateTime, Decimal, TaskError } from '@batuta/plugin-sdk'
import { parseJdbcUrl } from './connection/jdbc-url.ts'
import { cannotConnect, networkReason } from './connection/describe-failure.ts'
import { RowQueue } from './connection/row-queue.ts'
import { STANDARD, type SqlSyntax } from './syntax/sql-syntax.ts'
import { splitStatements } from './syntax/split-statements.ts'
import { getZone, readMoment, readTimestamp } from './values/moments.ts'
import { readDecimal } from './values/read-value.ts'
import { literalText } from './values/write-value.ts'

const textsOf = (sql: string, syntax: SqlSyntax): readonly string[] =>
  splitStatements(sql, syntax).map(({ text }) => text)

test('strings, names and comments are those of the database', () => {
  const mysql = { ...STANDARD, hasBackslashes: true, hasBackticks: true, lineComments: ['-- ', '#'] }

  assert.deepEqual(textsOf("select 'it\\'s; x', `a;b`, 5--1; # c;d\nselect 2 -- ;", mysql), [
    "select 'it\\'s; x', `a;b`, 5--1",
    '# c;d\nselect 2 -- ;',
  ])
  assert.deepEqual(textsOf("select [a;b], '\\'; select 2", { ...STANDARD, hasBrackets: true }), [
    "select [a;b], '\\'",
    'select 2',
  ])
  assert.deepEqual(textsOf("select q'[it's; x]'; select 2", { ...STANDARD, hasQuoteOperator: true }), [
    "select q'[it's; x]'",
    'select 2',
  ])
})

test('a routine is one statement, whatever is inside of it', () => {
  const routine = `create procedure p() begin declare x int; if x > 1 then while x > 0 do set x = x - 1; end while; else select case x when 1 then 2 end; end if; end`

  assert.deepEqual(textsOf(`${routine}; call p(); begin; select 1; commit`, STANDARD), [
    routine,
    'call p()',
    'begin',
    'select 1',
    'commit',
  ])
})

test('a block keeps its last semicolon, and a lone slash is nobody’s', () => {
  const oracle = { ...STANDARD, hasBlocks: true }
  const block = `declare n number := 1; begin for i in 1..2 loop n := n + i; end loop; if n > 1 then null; end if; end;`

  assert.deepEqual(textsOf(`${block}\n/\nselect 1 from dual;\nbegin null; end;`, oracle), [
    block,
    'select 1 from dual',
    'begin null; end;',
  ])
})

test('URLs are taken apart, and a refusal shows no password', () => {
  const rules = { title: 'X', schemes: ['x'], port: 1, example: 'jdbc:x://h' }

  const url = parseJdbcUrl('jdbc:x://u:p%40w@[::1]:7,other/a/b?Key=v+w', rules)

  assert.deepEqual(url.hosts, [
    { host: '::1', port: 7 },
    { host: 'other', port: 1 },
  ])
  assert.deepEqual([url.user, url.password, url.path, url.parameters.get('key')], ['u', 'p@w', 'a/b', 'v w'])
  const semicolons = parseJdbcUrl('jdbc:x://h;password={a;b};name=c', { ...rules, separators: 'semicolons' })
  assert.equal(semicolons.parameters.get('name'), 'c')
  assert.throws(() => parseJdbcUrl('jdbc:y://u:secret@h', rules), {
    message: 'property "url" begins with "jdbc:y:", but this task speaks X: jdbc:x://h',
  })
})

test('nothing in a value ends its literal', () => {
  const utc = getZone('UTC')

  assert.equal(literalText(`a'b\\`, { hasBackslashes: false }, utc), `'a''b\\'`)
  assert.equal(literalText(`a'b\\`, { hasBackslashes: true }, utc), `'a''b\\\\'`)
  assert.equal(literalText(new Decimal(110n, 2), { hasBackslashes: false }, utc), '1.10')
  assert.equal(literalText(Number.NaN, { hasBackslashes: false }, utc), `'NaN'`)
  assert.equal(literalText({ a: "'" }, { hasBackslashes: false }, utc), `'{"a":"''"}'`)
})

test('moments and numbers are read exactly', () => {
  const paris = getZone('Europe/Paris')

  assert.deepEqual(
    readMoment('2024-07-01 12:00:00.120+00', paris),
    new DateTime('zoned', '2024-07-01T14:00:00.12+02:00'),
  )
  assert.deepEqual(readTimestamp('2024-07-01 12:00:00.000000'), new DateTime('local-date-time', '2024-07-01T12:00:00'))
  assert.equal(readTimestamp('0000-00-00 00:00:00'), '0000-00-00 00:00:00')
  assert.deepEqual(readDecimal('-1.5e3'), new Decimal(-1500n, 0))
  assert.deepEqual(readDecimal('0.10'), new Decimal(10n, 2))
})

test('why nobody answers is found however deep it is wrapped', () => {
  const inner = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
  const wrapped = Object.assign(new Error('outer', { cause: new AggregateError([inner]) }), { code: 'ESOCKET' })

  assert.match(networkReason(wrapped, 'db') ?? '', /^nobody listens there \(ECONNREFUSED\); is the server up/)
  assert.match(
    cannotConnect(wrapped, { title: 'X', host: 'db', port: 1 }).message,
    /^cannot connect to X at db:1: nobody/,
  )
  const own = new TaskError('own words')
  assert.equal(cannotConnect(own, { title: 'X', host: 'db', port: 1 }), own)
})

test('a source that pushes faster than rows are taken has to wait, and its failure comes last', async () => {
  const told: string[] = []
  const queue = new RowQueue<number>({ pause: () => void told.push('pause'), resume: () => void told.push('resume') })
  for (let row = 0; row < 2_000; row++) queue.push(row)
  queue.end(new Error('broke'))

  let seen = 0
  await assert.rejects(async () => {
    for await (const rows of queue.portions()) seen += rows.length
  }, /broke/)

  assert.equal(seen, 2_000)
  assert.deepEqual(told, ['pause', 'resume'])
})
