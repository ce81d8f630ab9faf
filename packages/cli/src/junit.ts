// Results of flow tests in the XML that build servers read.
import type { CaseResult, SuiteResult } from '@batuta/server'
import { explainAssertion } from './explain-assertion.ts'

export function junitOf(results: readonly SuiteResult[]): string {
  const suites = results.map(suiteXml).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites}</testsuites>\n`
}

function suiteXml({ id, file, namespace, flowId, cases, problems }: SuiteResult): string {
  const name = id === '' ? file : id
  const count = (state: CaseResult['state']): number => cases.filter(result => result.state === state).length
  const counts = {
    tests: cases.length + (problems.length > 0 ? 1 : 0),
    failures: count('FAILED'),
    errors: count('ERROR') + (problems.length > 0 ? 1 : 0),
    skipped: count('SKIPPED'),
    time: seconds(cases.reduce((sum, { durationMs }) => sum + durationMs, 0)),
  }
  const place = { name, package: `${namespace}.${flowId}`, file }
  const broken =
    problems.length === 0
      ? ''
      : `    <testcase${attributes({ name, classname: name })}>\n      <error${attributes({ message: problems[0] ?? '' })}>${escape(problems.join('\n'))}</error>\n    </testcase>\n`
  const inner = cases.map(result => caseXml(name, result)).join('')
  return `  <testsuite${attributes({ ...place, ...counts })}>\n${broken}${inner}  </testsuite>\n`
}

function caseXml(suite: string, result: CaseResult & { readonly durationMs: number }): string {
  const { id, state, assertions, errors, logs, durationMs } = result
  const head = `    <testcase${attributes({ name: id, classname: suite, time: seconds(durationMs) })}`
  if (state === 'SUCCESS') return `${head}/>\n`
  if (state === 'SKIPPED') return `${head}>\n      <skipped/>\n    </testcase>\n`
  const lines = [...errors, ...assertions.filter(({ isSuccess }) => !isSuccess).map(explainAssertion)]
  const tag = state === 'FAILED' ? 'failure' : 'error'
  const told = `      <${tag}${attributes({ message: lines[0] ?? state })}>${escape(lines.join('\n'))}</${tag}>\n`
  const log = logs.length === 0 ? '' : `      <system-out>${escape(logs.join('\n'))}</system-out>\n`
  return `${head}>\n${told}${log}    </testcase>\n`
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([key, value]) => ` ${key}="${escape(String(value))}"`)
    .join('')
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3)
}

// XML 1.0 has no way to write most control characters.
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

function escape(text: string): string {
  return text
    .replaceAll(UNWRITABLE, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
