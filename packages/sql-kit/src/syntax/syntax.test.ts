import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bindNamedParameters } from './named-parameters.ts'
import { numberPlaceholders } from './placeholders.ts'
import { splitStatements } from './split-statements.ts'

const textsOf = (sql: string): readonly string[] => splitStatements(sql).map(statement => statement.text)

test('statements are parted by semicolons in code only', () => {
  const sql = `select ';' as a, ";" from t; -- ; comment
    /* ; /* ; */ ; */ insert into t values (E'\\';', $$;$$, $f$ ; $$ ; $f$);;
    do $$ begin perform 1; end $$; select 1 -- end`

  assert.deepEqual(textsOf(sql), [
    `select ';' as a, ";" from t`,
    `-- ; comment
    /* ; /* ; */ ; */ insert into t values (E'\\';', $$;$$, $f$ ; $$ ; $f$)`,
    'do $$ begin perform 1; end $$',
    'select 1 -- end',
  ])
})

test('the body of an SQL function is one statement', () => {
  const create = `create or replace function f(a int) returns int begin atomic
    insert into t values (a); select case when a > 1 then 1 else 2 end; end`

  assert.deepEqual(textsOf(`${create}; begin; select 1; end`), [create, 'begin', 'select 1', 'end'])
  assert.deepEqual(textsOf('create rule r as on insert to t do (select 1; select 2); select 3'), [
    'create rule r as on insert to t do (select 1; select 2)',
    'select 3',
  ])
})

test('comments and blanks alone are no statement, and positions are kept', () => {
  assert.deepEqual(splitStatements(' ; -- nothing\n ; /* x */ '), [])
  assert.deepEqual(splitStatements('select 1;\n  select 2'), [
    { text: 'select 1', start: 0 },
    { text: 'select 2', start: 12 },
  ])
  assert.deepEqual(textsOf('"f"'), ['"f"'])
})

test('named parameters are numbered, and what only looks like one is left alone', () => {
  const parameters = { id: 1, name: 'a', lo: 2 }

  const { text, values } = bindNamedParameters(
    `select :id::int, x::date, ':id', ":id", a[1:n], a[:lo:2], f(b := 1) -- :id
     where id=:id and name = :name`,
    { parameters },
  )

  assert.equal(
    text,
    `select $1::int, x::date, ':id', ":id", a[1:n], a[$2:2], f(b := 1) -- :id
     where id=$1 and name = $3`,
  )
  assert.deepEqual(values, [1, 2, 'a'])
  assert.throws(() => bindNamedParameters('select :other', { parameters }), {
    message: 'the statement uses :other, but `parameters` has no "other"',
  })
})

test('a position in the bound statement leads back to the one that was written', () => {
  const written = 'select :name, :id, oops'

  const { text, originalPosition } = bindNamedParameters(written, { parameters: { name: 'a', id: 1 } })

  assert.equal(originalPosition(text.indexOf('oops')), written.indexOf('oops'))
  assert.equal(originalPosition(0), 0)
})

test('question marks are numbered outside of strings, doubled ones are an operator', () => {
  assert.deepEqual(numberPlaceholders("insert into t values (?, '?', ?) -- ?"), {
    text: "insert into t values ($1, '?', $2) -- ?",
    count: 2,
  })
  assert.deepEqual(numberPlaceholders('update t set a = ? where b ?? ?'), {
    text: 'update t set a = $1 where b ? $2',
    count: 2,
  })
})
