import assert from 'node:assert/strict'
import { test } from 'node:test'
import { expectUpToDate, planMigrations, type AppliedMigration, type Migration } from './migrations.ts'

const FIRST: Migration = { type: 'inside', title: 'tables', sql: 'create table a (x int) -- first' }
const EXPAND: Migration = { type: 'inside', title: 'a column', sql: 'alter table a add column y int' }
const CONTRACT: Migration = { type: 'inside', title: 'less', sql: 'alter table a drop column x', isContract: true }

function appliedBy(...known: readonly Migration[]): readonly AppliedMigration[] {
  return planMigrations(known, []).pending
}

test('what the database lacks is pending, in order', () => {
  const plan = planMigrations([FIRST, EXPAND], appliedBy(FIRST))

  assert.deepEqual([plan.current, plan.target, plan.pending.map(step => step.number)], [1, 2, [2]])
  assert.throws(() => expectUpToDate(plan), /at migration 1 and this program needs 2: run "batuta migrate"/)
})

test('a program works on a database that has more, as long as nothing was taken away', () => {
  const plan = planMigrations([FIRST], appliedBy(FIRST, EXPAND))

  assert.deepEqual([plan.current, plan.target, plan.pending], [2, 1, []])
  expectUpToDate(plan)
})

test('a program that does not know what was taken away is refused', () => {
  assert.throws(
    () => planMigrations([FIRST, EXPAND], appliedBy(FIRST, EXPAND, CONTRACT)),
    /needs migration 3, this one knows 2\): upgrade the program/,
  )
})

test('a comment may be mended, a statement may not', () => {
  const mended: Migration = { type: 'inside', title: 'tables', sql: 'create  table a (x int) -- the first one' }
  const changed: Migration = { type: 'inside', title: 'tables', sql: 'create table a (x bigint)' }

  assert.deepEqual(planMigrations([mended], appliedBy(FIRST)).pending, [])
  assert.throws(() => planMigrations([changed], appliedBy(FIRST)), /Migration 1 of the database differs/)
})
