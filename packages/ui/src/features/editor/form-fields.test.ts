import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldsOf } from './form-fields.ts'

const property = (
  name: string,
  type: string,
  isRequired = false,
): { name: string; type: string; isRequired: boolean; isDeprecated: boolean } => ({
  name,
  type,
  isRequired,
  isDeprecated: false,
})
const FACTS = {
  description: {
    type: 'x.Y',
    kind: 'task',
    isDeprecated: false,
    outputs: [],
    properties: [
      property('id', 'string', true),
      property('sql', 'string', true),
      property('fetchType', 'enum STORE|FETCH'),
      property('size', 'int'),
      property('headers', 'map<string>'),
    ],
  },
  docs: new Map(),
}

test('what must be set stands first, then what is set, then the rest', () => {
  const groups = fieldsOf(FACTS, { id: 'a', size: 3, retry: {}, own: 'x' })

  const names = (fields: readonly { readonly name: string }[]): string => fields.map(({ name }) => name).join(' ')
  assert.equal(names(groups.required), 'sql')
  assert.equal(names(groups.set), 'size own retry')
  assert.equal(names(groups.more), 'fetchType headers')
})

test('each property gets the control of its type', () => {
  const { required, more } = fieldsOf(FACTS, {})

  assert.deepEqual(
    [...required, ...more].map(({ kind }) => kind),
    ['text', 'choice', 'number', 'code'],
  )
})
