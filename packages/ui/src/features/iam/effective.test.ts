import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectiveGrants, markOf } from './effective.ts'

const FLOWS = [{ resource: 'FLOW', actions: ['READ', 'UPDATE'] }]
const ADA = {
  userId: 'ada',
  superAdmin: false,
  roles: [
    { name: 'Editor', namespace: 'company.team', permissions: FLOWS },
    { name: 'No editor', namespace: 'company.team.secret', isDeny: true, permissions: FLOWS },
  ],
}

test('the marks are what the server would decide', () => {
  const scope = effectiveGrants(ADA).scope('FLOW', 'UPDATE')
  const markIn = (namespace: string | undefined): string => markOf(scope, namespace)

  assert.deepEqual(['company.team', 'company.team.a', 'company.team.secret', 'company', undefined].map(markIn), [
    'yes',
    'yes',
    'no',
    'no',
    'some',
  ])
})

test('what no role names is nowhere, and a super admin may everything', () => {
  assert.equal(markOf(effectiveGrants(ADA).scope('SECRET', 'READ'), undefined), 'no')
  assert.equal(markOf(effectiveGrants({ ...ADA, superAdmin: true }).scope('SECRET', 'READ'), undefined), 'yes')
})

test('resources and actions that this version does not know are passed over', () => {
  const roles = [
    {
      name: 'Later',
      permissions: [
        { resource: 'SPELL', actions: ['CAST'] },
        { resource: 'FLOW', actions: ['CAST'] },
      ],
    },
  ]

  assert.equal(markOf(effectiveGrants({ ...ADA, roles }).scope('FLOW', 'READ'), undefined), 'no')
})
