import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkFlow, createCatalogue } from '@batuta/core'
import { newTask } from './new-task.ts'
import { TEMPLATES } from './templates.ts'

for (const { id, source } of TEMPLATES.filter(template => template.source !== '')) {
  test(`the template ${id} is a flow without a mistake`, () => {
    const { diagnostics } = checkFlow(source, { catalogue: createCatalogue() })

    assert.deepEqual(
      diagnostics.filter(({ code }) => code !== 'not-implemented'),
      [],
    )
  })
}

test('a new task has an id that is free, and what it cannot do without', () => {
  const description = {
    type: 'x.HttpRequest',
    kind: 'task',
    isDeprecated: false,
    outputs: [],
    properties: [
      { name: 'uri', type: 'string', isRequired: true, isDeprecated: false },
      { name: 'method', type: 'enum GET|POST', isRequired: true, isDeprecated: false },
      { name: 'body', type: 'string', isRequired: false, isDeprecated: false },
    ],
  }

  const text = newTask('x.HttpRequest', description, new Set(['http_request']))

  assert.equal(text, 'id: http_request_2\ntype: x.HttpRequest\nuri: ""\nmethod: GET')
})
