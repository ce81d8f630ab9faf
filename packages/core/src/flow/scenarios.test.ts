// Every flow of the recorded scenarios: those that the real engine refused must be refused, with as many violations; the others not.
import assert from 'node:assert/strict'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import test from 'node:test'
import { createCatalogue } from './catalogue.ts'
import { checkFlow } from './validate.ts'
import { violationsOf } from './violations.ts'

const PROJECT = path.resolve(import.meta.dirname, '../../../..')
const FOLDERS = ['../shared/conformance/scenarios', '../../shared/conformance/scenarios'].map(folder =>
  path.resolve(PROJECT, folder),
)
const ROOT = FOLDERS.find(folder => existsSync(folder))
const catalogue = createCatalogue()

interface Scenario {
  readonly dialect: string
  readonly steps: readonly { readonly do: string; readonly flowFile?: string }[]
}

interface Golden {
  readonly responses?: readonly { readonly do: string; readonly flowFile?: string; readonly violations?: number }[]
}

if (ROOT === undefined) {
  test('flows of recorded scenarios', { skip: `the scenarios are not at ${FOLDERS[0]}` }, () => undefined)
} else {
  for (const file of globSync('*/*/scenario.json', { cwd: ROOT }).sort()) testScenario(ROOT, path.dirname(file))
}

function testScenario(root: string, name: string): void {
  const folder = path.join(root, name)
  const scenario = JSON.parse(readFileSync(path.join(folder, 'scenario.json'), 'utf8')) as Scenario
  const refused = new Set(scenario.steps.filter(step => step.do === 'invalid').map(step => step.flowFile))
  for (const flow of readdirSync(folder).filter(entry => entry.endsWith('.yaml'))) {
    const source = readFileSync(path.join(folder, flow), 'utf8')
    const dialects =
      scenario.dialect === '2.0' ? [2 as const] : scenario.dialect === 'both' ? [undefined, 2 as const] : [undefined]
    for (const dialect of dialects) {
      const what = `${name}/${flow}${dialect === undefined ? '' : ' as dialect 2'}`
      if (refused.has(flow)) testRefusal({ what, folder, flow, source, dialect })
      else testAcceptance(what, source, dialect)
    }
  }
}

function testAcceptance(what: string, source: string, dialect: 2 | undefined): void {
  test(`${what} is accepted`, () => {
    const { flow, diagnostics } = checkFlow(source, { catalogue, ...(dialect && { dialect }) })

    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === 'error'),
      [],
    )
    assert.ok(flow)
  })
}

interface Refusal {
  readonly what: string
  readonly folder: string
  readonly flow: string
  readonly source: string
  readonly dialect: 2 | undefined
}

function testRefusal({ what, folder, flow, source, dialect }: Refusal): void {
  test(`${what} is refused, with line and column`, () => {
    const parsed = checkFlow(source, { catalogue, ...(dialect && { dialect }) })
    const errors = parsed.diagnostics.filter(({ severity }) => severity === 'error')

    assert.equal(parsed.flow, undefined)
    assert.ok(errors.every(({ line, column }) => line !== undefined && column !== undefined))
    assert.equal(violationsOf(parsed.diagnostics).length, recordedViolations(folder, flow, dialect))
  })
}

function recordedViolations(folder: string, flow: string, dialect: 2 | undefined): number | undefined {
  const golden = path.join(folder, `golden.kestra-${dialect === 2 ? '2.0' : '1.3'}.json`)
  const { responses = [] } = JSON.parse(readFileSync(golden, 'utf8')) as Golden
  return responses.find(response => response.do === 'invalid' && response.flowFile === flow)?.violations
}
